import { batch } from './batch.ts';
import { boot } from './boot.ts';
import { build } from './build.ts';
import { burn } from './burn.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { inspect } from './inspect.ts';
import { keygen } from './keygen.ts';
import { ledger } from './ledger.ts';
import { lock } from './lock.ts';
import { newAppliance } from './new.ts';
import { plan } from './plan.ts';
import { policy } from './policy.ts';
import { release } from './release.ts';
import { testVerb } from './test.ts';
import type { Verb } from './verb.ts';
import { verify } from './verify.ts';

/** In the order in which `boardsmith --help` lists them. */
export const verbs: readonly Verb[] = [
  newAppliance,
  check,
  policy,
  lock,
  plan,
  build,
  boot,
  testVerb,
  burn,
  inspect,
  keygen,
  release,
  verify,
  batch,
  ledger,
  demo,
];

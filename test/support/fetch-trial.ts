import { readdirSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import type { LockedInput } from '../../builder/lock/lock-format.ts';
import { loopbackEnvironment } from './loopback-environment.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What came of fetching one input into a fresh cache. */
export interface FetchTrial {
  readonly error: unknown;
  /** Names of all files below the cache's folder. */
  readonly files: readonly string[];
  readonly paths: readonly string[];
}

/** Fetches from the registries at `address`; faults that may pass are tried again twice, at once. */
export async function tryFetch(
  address: string,
  input: LockedInput,
  signal: AbortSignal = new AbortController().signal,
  variables: Readonly<Record<string, string>> = {},
): Promise<FetchTrial> {
  const cache = temporaryFolder('inputs');
  const environment = { ...loopbackEnvironment(address), ...variables };
  const store = new InputStore(cache, { network: true, environment, retryDelays: [1, 1] });
  let error: unknown;
  const paths = await store.ensure([input], { signal }).catch((reason: unknown) => {
    error = reason;
    return [];
  });
  return { error, files: filesBelow(cache), paths };
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name);
}

/** A clear refusal: the code, what is wrong with which input, what to do, and nothing left in the cache. */
export function assertRefused(trial: FetchTrial, input: LockedInput, code: string, message: RegExp): void {
  assert.instance(trial.error, BoardsmithError);
  const error = trial.error as BoardsmithError;
  assert.is(error.code, code, error.message);
  assert.match(error.message, message);
  assert.match(error.message, input.id);
  assert.ok(error.hint, 'says what to do');
  assert.equal(trial.files, [], 'nothing stays in the cache');
}

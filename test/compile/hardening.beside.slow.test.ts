import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { parseConfiguration } from '../../builder/compile/kernel-fragment.ts';
import { builtStep } from '../support/built-step.ts';
import { changedFragment } from '../support/changed-fragment.ts';
import { checkout } from '../support/places.ts';
import { rejectedWith } from '../support/rejection.ts';
import { hardeningRules, unfulfilled } from './hardening-rules.ts';

const test = suite("the kernel's configuration is hardened");

const board = 'qemu-virt-hardened';
const folder = await builtStep({ board, kind: 'kernel-configuration' });
const configuration = parseConfiguration(readFileSync(join(folder, 'config'), 'utf8'));
const reasons = parse(readFileSync(join(checkout, 'recipes/kernels/not-hardened.yaml'), 'utf8')) as Record<
  string,
  string
>;

test('each rule that it does not fulfil has a reason, and each reason such a rule', () => {
  const rules = hardeningRules();
  assert.ok(rules.length > 200);
  assert.equal(unfulfilled(rules, configuration).sort(), Object.keys(reasons).sort());
  for (const [name, reason] of Object.entries(reasons)) assert.ok(reason.length > 15, name);
});

test('a protection that is taken out is missed', () => {
  for (const [option, value] of [
    ['RANDOMIZE_BASE', 'n'],
    ['SHADOW_CALL_STACK', 'n'],
    ['DEVMEM', 'y'],
    ['ARCH_MMAP_RND_BITS', '18'],
    ['UBSAN_SHIFT', 'y'],
  ] as const) {
    const weaker = new Map([...configuration, [`CONFIG_${option}`, value]]);
    const missed = unfulfilled(hardeningRules(), weaker).filter((name) => !(name in reasons));
    assert.is(missed.length > 0, true, option);
  }
});

test('an option that cannot be stops the build, which names it', async () => {
  const changeBoard = changedFragment((text) => `${text}CONFIG_NO_SUCH_THING=y\nCONFIG_ARM64_BTI_KERNEL=y\n`);
  const error = await rejectedWith(
    builtStep({ board, changeBoard, kind: 'kernel-configuration' }),
    'STEP_FAILED',
    /cannot be configured as appliance\.config says/,
  );
  assert.equal(
    error.problems.map((line) => line.split(' ')[0]),
    ['CONFIG_NO_SUCH_THING=y', 'CONFIG_ARM64_BTI_KERNEL=y'],
  );
});

test.run();

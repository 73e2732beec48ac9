import { setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type RuntimeName, runtimeNames } from '../../builder/recipe/runtime-name.ts';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { isEvent } from '../../qemu/console.ts';
import { overlayMutant } from '../support/overlay-mutant.ts';
import { buildTestImage, type TestBuild } from '../support/test-build.ts';
import { replacementsFor } from './lifted.ts';

const test = suite('a hostile daemon in JavaScript');

const all = {
  spawn: 'EACCES',
  'add-on': 'ERR_DLOPEN_DISABLED',
  'text-as-code': 'EvalError: Code generation from strings disallowed for this context',
  'write-root': 'EROFS',
  'write-other': 'EACCES',
  'read-init': 'ENOENT',
  'signal-init': 'EPERM',
  listen: 'EACCES',
  'listen-anywhere': 'EACCES',
  connect: 'EACCES',
  'change-user': 'ENOSYS',
  'fill-temporary': 'ENOSPC',
  'fill-data': 'ENOSPC',
};

/** What all of it comes to. Node bounds the heap of a worker; of Bun the kernel would end the whole daemon, as it ends one in C. */
const outcomes: Readonly<Record<RuntimeName, Readonly<Record<string, string>>>> = {
  node: { ...all, 'memory-in-a-worker': 'ERR_WORKER_OUT_OF_MEMORY' },
  bun: all,
};

/** Boots it until it has made its attempts, and asks what came of them. */
async function attempt(
  runtime: RuntimeName,
  build: Partial<TestBuild> = {},
): Promise<Record<string, string>> {
  const image = await buildTestImage({
    recipe: 'test/appliances/hostile',
    changeRecipe: (recipe) => ({
      ...recipe,
      runtime,
      environment: { LEAVE_OUT: runtime === 'node' ? '' : 'memory-in-a-worker' },
    }),
    ...build,
  });
  let found: Record<string, string> = {};
  await bootAndCheck(image, {
    use: async ({ forwards, machine, signal }) => {
      for (let answered = false; !answered; await pause(500, undefined, { signal })) {
        const response = await fetch(`http://127.0.0.1:${forwards[0]!.host}/outcomes`, { signal });
        answered = response.status === 200;
        if (answered) found = (await response.json()) as Record<string, string>;
      }
      assert.not.ok(machine.console.lines.some(isEvent('daemon-exit')), 'it was started a second time');
    },
  });
  return found;
}

for (const runtime of runtimeNames) {
  test(`gets nothing of what it attempts, and goes on: ${runtime}`, async () => {
    assert.equal(await attempt(runtime), outcomes[runtime]);
  });
}

test('without Landlock and the filter it listens and connects where it likes', async () => {
  const without = replacementsFor(['filter', 'landlock']);
  const found = await attempt('bun', { overlaysRoot: await overlayMutant(...without) });
  for (const name of ['listen', 'listen-anywhere']) assert.is(found[name], 'succeeded', name);
  // Nobody listens there.
  assert.is(found.connect, 'ECONNREFUSED');
});

test.run();

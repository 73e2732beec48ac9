import { setTimeout as pause } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runtimeNames } from '../../builder/recipe/runtime-name.ts';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { isEvent } from '../../qemu/console.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('an ordinary daemon in its cage');

for (const runtime of runtimeNames) {
  test(`does everything that daemons do, run by ${runtime}: files, workers, names, datagrams, databases, timers`, async () => {
    const image = await buildTestImage({
      recipe: 'test/appliances/ordinary',
      changeRecipe: (recipe) => ({ ...recipe, runtime }),
    });
    let outcomes: Record<string, string> = {};
    await bootAndCheck(image, {
      use: async ({ forwards, machine, signal }) => {
        const url = `http://127.0.0.1:${forwards.find(({ protocol }) => protocol === 'tcp')!.host}/outcomes`;
        for (let answered = false; !answered; await pause(500, undefined, { signal })) {
          // While it computes it takes no connection.
          const response = await fetch(url, { signal }).catch(() => null);
          answered = response?.status === 200;
          if (answered) outcomes = (await response!.json()) as Record<string, string>;
        }
        assert.not.ok(machine.console.lines.some(isEvent('daemon-exit')), 'it was started a second time');
      },
    });
    assert.ok(Object.keys(outcomes).length > 12);
    assert.equal(
      Object.entries(outcomes).filter(([, outcome]) => outcome !== 'done'),
      [],
    );
  });
}

test.run();

import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBootable } from '../../builder/cli/bootable.ts';
import { runtimeNames } from '../../builder/recipe/runtime-name.ts';
import { bootAndCheck } from '../../qemu/boot-and-check.ts';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { testCache } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('new appliance, built and booted');

for (const runtime of runtimeNames)
  test(`builds and boots as it stands with ${runtime}, in a folder outside the checkout`, async () => {
    const folder = temporaryFolder('new-appliance-boot');
    assert.is((await boardsmith(['new', 'counter', '--runtime', runtime], { cwd: folder })).exitCode, 0);
    // The same, but for pins that vanished: the appliance keeps a lock of its own beside it.
    await copyFile(
      await newcomerLock(runtime === 'bun' ? ['s3-bun'] : ['cxo']),
      join(folder, 'counter', 'boardsmith.lock'),
    );
    const built = await boardsmith(['build', './counter', '--cache', testCache], { cwd: folder });
    assert.is(built.exitCode, 0, built.stderr);
    const image = await readBootable(join(folder, 'out', 'counter-qemu-virt.img'));
    const counts: string[] = [];
    await bootAndCheck(image, {
      use: async ({ forwards, signal }) => {
        for (let round = 0; round < 2; round += 1) {
          const answer = await fetch(`http://127.0.0.1:${forwards[0]!.host}/count`, {
            method: 'POST',
            signal,
          });
          counts.push(await answer.text());
        }
      },
    });
    assert.equal(counts, ['1\n', '2\n']);
  });

test.run();

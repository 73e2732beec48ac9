import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lockedTool } from '../support/locked-tools.ts';
import { makeSmallParts, smallPart } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('fixtures of inspect');

test('are what the tools of the lock make', async () => {
  const tools = {
    fat: await lockedTool('fat'),
    squashfs: await lockedTool('squashfs'),
    zstd: await lockedTool('zstd'),
  };
  const made = await makeSmallParts(tools, temporaryFolder('small-parts'));
  for (const name of ['boot', 'root'] as const) {
    const file = join(import.meta.dirname, '../fixtures/inspect', `small-${name}.br`);
    if (process.env.UPDATE_GOLDEN === '1') await writeFile(file, brotliCompressSync(made[name]));
    assert.ok(made[name].equals(await smallPart(name)), `${name} is another one; UPDATE_GOLDEN=1 writes it`);
  }
});

test.run();

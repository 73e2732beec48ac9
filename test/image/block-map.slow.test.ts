import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { blockMap } from '../../builder/image/block-map.ts';
import { bmapFile } from '../../builder/image/bmap-file.ts';
import { noise } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('block map and bmaptool');
const { exitCode } = await execa('bmaptool', ['--version'], { reject: false });
const where = wherePossible(test, exitCode === 0 ? null : 'bmap-tools is not installed');

async function written(): Promise<{ folder: string; image: string; map: string }> {
  const folder = temporaryFolder('bmaptool');
  const image = join(folder, 'small.img');
  const handle = await open(image, 'w');
  await handle.truncate((6 << 20) + 512);
  await handle.write(noise('one', 9000), 0, 9000, 0);
  await handle.write(noise('two', 2 << 20), 0, 2 << 20, 3 << 20);
  await handle.write(noise('end', 512), 0, 512, 6 << 20);
  await handle.close();
  const map = join(folder, 'small.bmap');
  const ranges = await blockMap(image, new AbortController().signal);
  await writeFile(map, bmapFile((6 << 20) + 512, ranges));
  return { folder, image, map };
}

where('bmaptool copy takes the map, checks every range, and writes the image whole', async () => {
  const { folder, image, map } = await written();
  const copy = join(folder, 'copy');
  const { stderr, all } = await execa('bmaptool', ['copy', '--bmap', map, image, copy], { all: true });
  assert.ok((await readFile(copy)).equals(await readFile(image)), stderr);
  assert.match(all, /516 blocks/);
});

where('bmaptool refuses a range of other bytes, and a map that was changed', async () => {
  const { folder, image, map } = await written();
  const text = await readFile(map, 'utf8');
  const handle = await open(image, 'r+');
  await handle.write(Buffer.from([1, 2, 3]), 0, 3, 3 << 20);
  await handle.close();
  const copy = ['copy', '--bmap', map, image, join(folder, 'copy')];
  const damaged = await execa('bmaptool', copy, { reject: false, all: true });
  assert.is.not(damaged.exitCode, 0);
  assert.match(damaged.all, /checksum mismatch/);
  await writeFile(map, text.replace('<!-- Bytes -->', '<!-- bytes -->'));
  const changed = await execa('bmaptool', copy, { reject: false, all: true });
  assert.is.not(changed.exitCode, 0);
  assert.match(changed.all, /checksum/);
});

test.run();

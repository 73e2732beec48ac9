import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Decompress } from 'fzstd';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Compression, compressXz, compressZstd } from '../../builder/steps/kinds/compress-image.ts';
import { decompress } from '../../builder/toolchain/decompress.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { noise } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('compressed images');
const { signal } = new AbortController();
const mebibyte = 1 << 20;

/** As an image is: content that is packed already, text that repeats over long distances, and much that is zero. Several of the pieces that the tools cut. */
async function imageLike(folder: string): Promise<{ file: string; bytes: Buffer }> {
  const packed = noise('packed', 5 * mebibyte);
  const text = Buffer.from('a line of a manifest that comes again and again\n'.repeat(40_000));
  const bytes = Buffer.concat([
    Buffer.alloc(4 * mebibyte),
    packed,
    Buffer.alloc(30 * mebibyte),
    text,
    packed.subarray(0, mebibyte),
    text,
  ]);
  const file = join(folder, 'unit.img');
  const handle = await open(file, 'w');
  await handle.write(bytes);
  await handle.close();
  return { file, bytes };
}

const formats = [
  ['zstd', 'zst', compressZstd],
  ['xz', 'xz', compressXz],
] as const satisfies readonly (readonly [string, string, (compression: Compression) => Promise<void>])[];

for (const [tool, ending, compress] of formats) {
  test(`${tool} makes the same bytes with any number of threads`, async () => {
    const folder = temporaryFolder('compressed');
    const { file } = await imageLike(folder);
    const tools = await lockedTool(tool);
    const made: Buffer[] = [];
    for (const threads of [1, 2, 5]) {
      const output = join(folder, `with-${threads}.img`);
      await compress({ tools, image: file, output, threads, signal });
      made.push(await readFile(`${output}.${ending}`));
    }
    assert.ok(made[0]!.length < 8 * mebibyte, `${made[0]!.length} bytes`);
    assert.ok(made[0]!.equals(made[1]!), '1 and 2 threads differ');
    assert.ok(made[0]!.equals(made[2]!), '1 and 5 threads differ');
  });
}

test('what zstd makes is read by the reader of a machine that has Node alone', async () => {
  const folder = temporaryFolder('compressed');
  const { file, bytes } = await imageLike(folder);
  const output = join(folder, 'out.img');
  await compressZstd({ tools: await lockedTool('zstd'), image: file, output, threads: 2, signal });
  const read: Uint8Array[] = [];
  const stream = new Decompress((chunk) => read.push(chunk.slice()));
  for await (const chunk of createReadStream(`${output}.zst`)) stream.push(chunk as Buffer);
  stream.push(new Uint8Array(0), true);
  assert.ok(Buffer.concat(read).equals(bytes));
});

test('what xz makes is the image, and nothing else is left beside it', async () => {
  const folder = temporaryFolder('compressed');
  const { file, bytes } = await imageLike(folder);
  const output = join(folder, 'out.img');
  await compressXz({ tools: await lockedTool('xz'), image: file, output, threads: 2, signal });
  const unpacked = decompress(Readable.from(createReadStream(`${output}.xz`)), '.xz');
  assert.ok(Buffer.concat(await unpacked.toArray()).equals(bytes));
});

test.run();

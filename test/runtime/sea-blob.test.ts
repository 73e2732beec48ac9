import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requireSameBlob } from '../../builder/runtime/require-same-blob.ts';
import { seaBlob } from '../../builder/runtime/sea-blob.ts';
import type { PackagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('sea blob');
const signal = new AbortController().signal;

test('stores lengths in bytes, little-endian, and nothing at the end of a text', () => {
  const blob = seaBlob('é;', ['--a', '--bc']);
  assert.is(blob.subarray(0, 9).toString('hex'), '20da43011100000000');
  assert.is(
    blob.subarray(9).toString('latin1').replaceAll('\0\0\0\0\0\0\0', '.'),
    '\n.daemon.cjs\x03.\xc3\xa9;\x02.\x03.--a\x04.--bc',
  );
});

/** In the place of Node: writes what `seaBlob` would, or not quite. */
function standIn(change: (blob: Buffer) => Buffer): Pick<PackagedTool, 'run'> {
  return {
    async run(_words, { cwd }) {
      const { main, execArgv } = JSON.parse(readFileSync(join(cwd!, 'sea.json'), 'utf8'));
      const blob = seaBlob(readFileSync(join(cwd!, main), 'utf8'), execArgv);
      writeFileSync(join(cwd!, 'blob'), change(blob));
      return '';
    },
  };
}

test('a Node that writes the same is taken', async () => {
  const scratch = temporaryFolder('same-blob');
  await requireSameBlob({ hostNode: standIn((blob) => blob), scratch, signal });
});

test('one that writes a byte more, or has another magic number, is refused', async () => {
  const mutants: ((blob: Buffer) => Buffer)[] = [
    (blob) => Buffer.concat([blob, Buffer.alloc(1)]),
    (blob) => Buffer.concat([Buffer.from('21', 'hex'), blob.subarray(1)]),
  ];
  for (const mutant of mutants) {
    const hostNode = standIn(mutant);
    const same = requireSameBlob({ hostNode, scratch: temporaryFolder('other-blob'), signal });
    await rejectedWith(same, 'STEP_FAILED', /stores programs in another way/);
  }
});

test.run();

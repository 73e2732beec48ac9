import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { nodeFlags, smallestMemoryMiB } from '../../builder/runtime/node-flags.ts';

const test = suite('node flags');

/** Old space and the three semi-spaces of young objects. */
function heapMiB(flags: readonly string[]): number {
  const size = (name: string): number =>
    Number(flags.find((flag) => flag.startsWith(`${name}=`))?.split('=')[1]);
  return size('--max-old-space-size') + 3 * size('--max-semi-space-size');
}

for (const memory of [64, 96, 128, 256, 1024, 2048]) {
  test(`with ${memory} MiB the heap leaves room for Node itself`, () => {
    const heap = heapMiB(nodeFlags(memory));
    assert.ok(heap > 0 && heap + 48 < memory, `heap of ${heap} MiB`);
  });
}

test('more memory is more heap', () => {
  const heaps = [64, 96, 128, 256, 512, 1024, 2048].map((memory) => heapMiB(nodeFlags(memory)));
  assert.equal(
    heaps,
    heaps.toSorted((a, b) => a - b),
  );
});

test('refuses less memory than Node itself needs', () => {
  try {
    nodeFlags(smallestMemoryMiB - 1);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.match((error as BoardsmithError).hint ?? '', /memory: 64 MiB/);
  }
});

test.run();

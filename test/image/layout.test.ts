import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { type ContentSizes, layout } from '../../builder/image/layout.ts';
import { partitionUuid } from '../../builder/image/partition-uuid.ts';
import { verityTreeSize } from '../../builder/image/verity/verity-tree-size.ts';
import { testBoard } from '../support/test-board.ts';

const MiB = 1024 * 1024;

test('seven partitions in order, from 4 MiB, each after the other, the image a multiple of a MiB', () => {
  const { partitions, size } = layout(testBoard, 'cxo-test');
  assert.equal(
    partitions.map(({ name, number, start, size: sectors }) => [number, name, start / 2048, sectors / 2048]),
    [
      [1, 'boot-a', 4, 64],
      [2, 'root-a', 68, 48],
      [3, 'boot-b', 116, 64],
      [4, 'root-b', 180, 48],
      [5, 'state', 228, 1],
      [6, 'identity', 229, 2],
      [7, 'data', 231, 32],
    ],
  );
  assert.is(size, (231 + 32 + 1) * 2048);
});

test('slot A is the one to boot, and no partition is an EFI system partition', () => {
  const { partitions } = layout(testBoard, 'cxo-test');
  assert.equal(
    partitions.filter(({ bootable }) => bootable).map(({ name }) => name),
    ['boot-a'],
  );
  // U-Boot takes every such partition for bootable: the attribute would choose nothing.
  assert.not.ok(partitions.some(({ type }) => type === 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'));
});

test('UUIDs follow from seed and name, are version 8, and all differ', () => {
  const uuids = ['cxo-a', 'cxo-b'].flatMap((seed) => {
    const { diskUuid, partitions } = layout(testBoard, seed);
    return [diskUuid, ...partitions.map(({ uuid }) => uuid)];
  });
  assert.is(new Set(uuids).size, 16);
  for (const uuid of uuids)
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  // A unit finds its partitions by these: they must never change.
  assert.is(partitionUuid('cxo-qemu-virt', 'root-a'), '59b95a34-05e9-8e9a-a078-245333ad8168');
});

test('the size of a hash tree is that of veritysetup', () => {
  // Superblock, then levels: 1 block of data has no level; 128 one; 129 two more blocks and their parent.
  const blocks = (count: number): number => verityTreeSize(count * 4096) / 4096;
  assert.equal([1, 2, 128, 129, 16384, 16385].map(blocks), [1, 2, 2, 4, 130, 133]);
  assert.is(verityTreeSize(1), 4096);
});

function refusal(contents: ContentSizes & { bootloader?: number }, board = testBoard): readonly string[] {
  try {
    layout(board, 'seed', contents);
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'STEP_FAILED');
    return [(error as BoardsmithError).message, ...(error as BoardsmithError).problems];
  }
  return [];
}

test('a content that fills its slot to the last byte fits', () => {
  assert.equal(refusal({ 'boot-a': 64 * MiB, data: 32 * MiB, state: MiB, bootloader: 2 * MiB - 8192 }), []);
});

const tooLarge: readonly (readonly [string, number, ContentSizes & { bootloader?: number }])[] = [
  ['boot-a', 64 * MiB, { 'boot-a': 64 * MiB + 1 }],
  ['boot-b', 64 * MiB, { 'boot-b': 64 * MiB + 1 }],
  ['state', MiB, { state: MiB + 1 }],
  ['identity', 2 * MiB, { identity: 2 * MiB + 1 }],
  ['data', 32 * MiB, { data: 32 * MiB + 1 }],
  ['boot loader', 2 * MiB - 8192, { bootloader: 2 * MiB - 8191 }],
];
for (const [name, limit, contents] of tooLarge) {
  test(`refuses a ${name} that is a byte too large, with a table`, () => {
    const [message, ...table] = refusal(contents);
    assert.is(message, `too large for the board test-board: ${name}`);
    assert.is(table.length, 8);
    assert.match(
      table.find((line) => line.startsWith(name))!,
      new RegExp(`needs ${limit + 1} bytes, has ${limit}: too large`),
    );
    assert.is(table.filter((line) => line.endsWith(': fits')).length, 7);
  });
}

for (const slot of ['root-a', 'root-b'] as const) {
  test(`${slot} keeps room for a hash tree`, () => {
    let largest = 48 * MiB;
    while (largest + verityTreeSize(largest) > 48 * MiB) largest -= 4096;
    assert.equal(refusal({ [slot]: largest }), []);
    const [, ...table] = refusal({ [slot]: largest + 4096 });
    assert.match(
      table.find((line) => line.startsWith(slot))!,
      /of them for a verity tree\), has 50331648: too large/,
    );
  });
}

test('names every part that is too large', () => {
  assert.match(refusal({ 'boot-a': 99 * MiB, data: 99 * MiB })[0]!, /: boot-a, data$/);
});

test('a boot loader in firmware takes no room on the card', () => {
  const board = {
    ...testBoard,
    bootloader: { ...testBoard.bootloader, place: 'firmware' as const, offset: null },
  };
  assert.equal(refusal({ bootloader: 99 * MiB }, board), []);
});

test.run();

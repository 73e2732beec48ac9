import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entryArrayStart, firstPartitionStart } from '../../builder/image/layout.ts';
import { sectorSize } from '../../builder/image/sectors.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { boardSchema } from '../../builder/recipe/schema/board-schema.ts';
import { boardFile } from '../support/board-file.ts';
import { matchesGolden } from '../support/golden.ts';
import { checkout } from '../support/places.ts';
import { rejectedWith } from '../support/rejection.ts';

const test = suite('load a board');

test('a board that says only what it must has every default', async () => {
  matchesGolden('recipe/board-defaults.json', `${JSON.stringify(await loadBoard(boardFile()), null, 2)}\n`);
});

test('the board that QEMU plays', async () => {
  const board = await loadBoard(join(checkout, 'recipes/boards/qemu-virt.yaml'));
  matchesGolden('recipe/qemu-virt.json', `${JSON.stringify(board, null, 2)}\n`);
  assert.ok(board.isDefault);
  assert.ok(Object.isFrozen(board) && Object.isFrozen(board.bootloader.environment));
});

test('the place of a boot loader ends where images keep the partition table', async () => {
  const end = (entryArrayStart * sectorSize) / 1024;
  assert.ok(entryArrayStart < firstPartitionStart);
  assert.is((await loadBoard(boardFile({ offset: `${end - 1} KiB` }))).bootloader.offset, (end - 1) * 1024);
  const late = await rejectedWith(
    loadBoard(boardFile({ offset: `${end} KiB` })),
    'RECIPE_INVALID',
    /1 mistake/,
  );
  assert.match(late.problems[0]!, /:12:11: .*begin before/);
  // The smallest offset that can be written is behind the table's header, which ends at 1024 bytes.
  assert.is((await loadBoard(boardFile({ offset: '1 KiB' }))).bootloader.offset, 2 * sectorSize);
});

test('a board that is not there', async () => {
  const error = await rejectedWith(loadBoard('/nowhere/board.yaml'), 'FILE_UNUSABLE', /no such file/);
  assert.match(error.hint!, /recipes\/boards/);
});

test('every architecture that the schema allows is one that Boardsmith builds for', () => {
  assert.equal(boardSchema.properties!.architecture!.enum, ['arm64']);
});

test.run();

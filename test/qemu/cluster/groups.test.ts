import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardGroups, boardsAtOnce } from '../../../qemu/cluster/groups.ts';

const test = suite('groups of boards');
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `b${index}`);

test('all boards that fit run at once', () => {
  assert.equal(boardGroups(names(4), 4), [names(4)]);
  assert.equal(boardGroups([], 4), [[]]);
});

test('two boards of each pair are in one group, and no group is too large', () => {
  for (const [count, most] of [
    [5, 4],
    [8, 4],
    [8, 2],
    [16, 4],
    [32, 6],
    [7, 3],
    [9, 5],
  ] as const) {
    const groups = boardGroups(names(count), most);
    assert.ok(
      groups.every(({ length }) => length <= most),
      `${count} by ${most}`,
    );
    for (const one of names(count)) {
      for (const other of names(count)) {
        assert.ok(
          groups.some((group) => group.includes(one) && group.includes(other)),
          `${one} and ${other} of ${count} by ${most}`,
        );
      }
    }
  }
});

test('eight boards, four at once: six groups', () => {
  assert.is(boardGroups(names(8), 4).length, 6);
});

test('a machine for one board is none for a cluster', () => {
  assert.throws(() => boardGroups(names(2), 1), RangeError);
});

test('2 cores and 24 GiB run four boards; little memory fewer', () => {
  assert.is(boardsAtOnce({ cores: 2, memoryMiB: 24 * 1024 }, 1024, 512), 4);
  assert.is(boardsAtOnce({ cores: 2, memoryMiB: 4 * 1024 }, 512, 512), 3);
  assert.is(boardsAtOnce({ cores: 16, memoryMiB: 5 * 1024 }, 512, 512), 4);
  assert.is(boardsAtOnce({ cores: 2, memoryMiB: 1024 }, 512, 512), 0);
});

test.run();

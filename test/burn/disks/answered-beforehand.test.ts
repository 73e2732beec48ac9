import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { answeredBeforehand } from '../../../builder/burn/disks/answered-beforehand.ts';
import type { BurnTarget } from '../../../builder/burn/disks/choose-targets.ts';
import type { Disk } from '../../../builder/burn/disks/machine.ts';
import { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';

function disk(path: string, serial: string | null): BurnTarget {
  return { kind: 'disk', disk: { path, serial } as Disk };
}
const targets = [disk('/dev/sdb', 'S1'), disk('/dev/sdc', 'S2')];
const named = ['/dev/sdb', '/dev/sdc'];
const file: BurnTarget = { kind: 'file', file: '/x.img', exists: false };

test('yes counts with every disk and its serial, in order', () => {
  assert.ok(answeredBeforehand({ yes: true, named, serials: ['S1', 'S2'] }, targets));
  const withFile = ['x.img', ...named];
  assert.ok(answeredBeforehand({ yes: true, named: withFile, serials: ['S1', 'S2'] }, [file, ...targets]));
});

test('without yes a person is asked, but not for a file', () => {
  assert.not.ok(answeredBeforehand({ yes: false, named, serials: [] }, targets));
  assert.ok(answeredBeforehand({ yes: false, named: ['x.img'], serials: [] }, [file]));
});

const refused: readonly (readonly [
  string,
  readonly BurnTarget[],
  boolean,
  readonly string[],
  string,
  readonly string[],
])[] = [
  [
    'no serial',
    targets,
    true,
    [],
    'DISK_REFUSED',
    ['/dev/sdb: --yes counts only with its serial', '/dev/sdc: --yes counts only with its serial'],
  ],
  [
    'a serial too few',
    targets,
    true,
    ['S1'],
    'DISK_REFUSED',
    ['/dev/sdc: --yes counts only with its serial'],
  ],
  [
    'serials in another order',
    targets,
    true,
    ['S2', 'S1'],
    'DISK_REFUSED',
    ['/dev/sdb: its serial is not S2', '/dev/sdc: its serial is not S1'],
  ],
  ['an empty serial', [disk('/dev/sdb', 'S1')], true, [''], 'DISK_REFUSED', ['/dev/sdb: its serial is not ']],
  [
    'a disk without a serial',
    [disk('/dev/sdb', null)],
    true,
    ['null'],
    'DISK_REFUSED',
    ['/dev/sdb: it has no serial, so --yes cannot name it: answer the question'],
  ],
  ['a serial too many', targets, true, ['S1', 'S2', 'S3'], 'USAGE', []],
  ['serials without yes', targets, false, ['S1', 'S2'], 'USAGE', []],
  ['a serial for a file', [file], true, ['S1'], 'USAGE', []],
];
for (const [what, some, yes, serials, code, problems] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => answeredBeforehand({ yes, named, serials }, some),
      (error: unknown) =>
        error instanceof BoardsmithError &&
        error.code === code &&
        error.problems.join('|') === problems.join('|'),
    );
  });
}

test.run();

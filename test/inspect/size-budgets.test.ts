import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { Card } from '../../builder/inspect/card.ts';
import {
  type Budgets,
  partSizes,
  requireBudgets,
  type SizedThings,
} from '../../builder/inspect/size-budgets.ts';
import { matchesGolden } from '../support/golden.ts';
import { writeSmallImage } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('size budgets');
const card = await Card.open(await writeSmallImage(temporaryFolder('budgets'), 'small'));
const [parts, files] = [await card.parts(), await card.files()];
await card.close();
const program = ['/usr/bin/small', '/usr/lib/libone.so.1', '/lib/ld-musl-aarch64.so.1'];
const things: SizedThings = { parts, files, slot: 'a', program };
const none: Budgets = { kernel: null, program: null, initramfs: null, bootloader: null, rest: null };
const sizes = partSizes(things);

test('each part is what its files take on the card; the rest is all that is neither kernel nor program', () => {
  const stored = (path: string, place: string): number =>
    files.find((file) => file.place === place && file.path === path)!.stored;
  assert.is(sizes.kernel, stored('/kernel', 'boot-a'));
  assert.is(sizes.initramfs, stored('/initramfs', 'boot-a'));
  assert.is(
    sizes.program,
    program.reduce((sum, path) => sum + stored(path, 'root-a'), 0),
  );
  assert.is(sizes.bootloader, 5000);
  // With its hash tree.
  const root = parts.find(({ name }) => name === 'root-a')!.used;
  assert.is(root % 4096, 0);
  const configuration = stored('/extlinux/extlinux.conf', 'boot-a') + stored('/boardsmith.json', 'boot-a');
  assert.is(sizes.rest, 5000 + sizes.initramfs + configuration + root - sizes.program);
});

test('a part of exactly its budget fits, one byte more does not', () => {
  for (const part of ['kernel', 'program', 'initramfs', 'bootloader', 'rest'] as const) {
    requireBudgets(things, { ...none, [part]: sizes[part] }, 'it');
    assert.throws(
      () => requireBudgets(things, { ...none, [part]: sizes[part] - 1 }, 'it'),
      (error: unknown) =>
        error instanceof BoardsmithError &&
        error.code === 'AUDIT_FAILED' &&
        error.message === `it is over its budget: ${part}`,
      part,
    );
  }
});

test('the error has all parts as a table', () => {
  try {
    requireBudgets(things, { ...none, kernel: 1000, rest: 10_000, bootloader: 8192 }, 'the image small');
    assert.unreachable('it was let through');
  } catch (error) {
    const { message, problems } = error as BoardsmithError;
    matchesGolden('inspect/over-budget.txt', `${[message, ...problems].join('\n')}\n`);
  }
});

test.run();

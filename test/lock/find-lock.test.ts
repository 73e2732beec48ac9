import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { findLockFor } from '../../builder/lock/find-lock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder('find-lock');
const recipe = join(root, 'checkout/recipes/cxo');
mkdirSync(recipe, { recursive: true });
writeFileSync(join(root, 'boardsmith.lock'), '');

function assertNone(directory: string, checkout: string): void {
  assert.throws(
    () => findLockFor(directory, checkout),
    (error: BoardsmithError) =>
      error.code === 'LOCK_INVALID' && error.hint === `boardsmith lock ${directory}`,
  );
}

test('the search does not leave the checkout', () => {
  assertNone(recipe, join(root, 'checkout'));
});

test("the checkout's lock, unless there is a nearer one", () => {
  writeFileSync(join(root, 'checkout/boardsmith.lock'), '');
  assert.is(findLockFor(recipe, join(root, 'checkout')), join(root, 'checkout/boardsmith.lock'));
  writeFileSync(join(recipe, 'boardsmith.lock'), '');
  assert.is(findLockFor(recipe, join(root, 'checkout')), join(recipe, 'boardsmith.lock'));
});

test("a recipe in somebody's own repository: the search ends there, not at our checkout", () => {
  const theirs = join(root, 'theirs/appliance');
  mkdirSync(theirs, { recursive: true });
  mkdirSync(join(root, 'theirs/.git'));
  assertNone(theirs, join(root, 'checkout'));
  writeFileSync(join(root, 'theirs/boardsmith.lock'), '');
  assert.is(findLockFor(theirs, join(root, 'checkout')), join(root, 'theirs/boardsmith.lock'));
});

test.run();

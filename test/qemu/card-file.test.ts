import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { makeCard } from '../../qemu/card-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a card of its own');
const folder = temporaryFolder('card');
const image = join(folder, 'x.img');
const { signal } = new AbortController();
const mebibyte = 1024 * 1024;

test.before(async () => {
  await writeFile(image, Buffer.alloc(2 * mebibyte, 'image'));
});

async function failure(promise: Promise<unknown>): Promise<BoardsmithError> {
  const error = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, BoardsmithError);
  return error as BoardsmithError;
}

test('it is a copy of the image, enlarged with zeros', async () => {
  const path = join(folder, 'large.card');
  assert.equal(await makeCard(image, path, 5, signal), { kind: 'file', path });
  const bytes = await readFile(path);
  assert.is(bytes.length, 5 * mebibyte);
  assert.ok(bytes.subarray(0, 2 * mebibyte).equals(await readFile(image)));
  assert.ok(bytes.subarray(2 * mebibyte).every((byte) => byte === 0));
});

test('one that is there goes on as it is', async () => {
  const path = join(folder, 'used.card');
  await writeFile(path, 'what a unit wrote');
  await makeCard(image, path, 64, signal);
  assert.is(await readFile(path, 'utf8'), 'what a unit wrote');
});

test('what cannot be made leaves nothing behind', async () => {
  const small = await failure(makeCard(image, join(folder, 'small.card'), 1, signal));
  assert.is(small.hint, 'give it 2 MiB or more');
  const stopped = await failure(makeCard(image, join(folder, 'stopped.card'), null, AbortSignal.abort()));
  assert.is(stopped.code, 'INTERRUPTED');
  const nowhere = await failure(makeCard(image, join(folder, 'no/such/folder.card'), null, signal));
  assert.is(nowhere.code, 'FILE_UNUSABLE');
  assert.equal((await readdir(folder)).sort(), ['large.card', 'used.card', 'x.img']);
  assert.is((await stat(image)).size, 2 * mebibyte);
});

test.run();

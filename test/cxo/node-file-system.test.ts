import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errorCode } from '../../recipes/cxo/storage/file-system.ts';
import { nodeFileSystem } from '../../recipes/cxo/storage/node-file-system.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const folder = temporaryFolder('cxo');

/** Runs something and answers how many fsync calls it made. */
async function syncs(run: () => Promise<void>): Promise<number> {
  const handle = await open(folder, 'r');
  const prototype = Object.getPrototypeOf(handle) as { sync(): Promise<void> };
  await handle.close();
  const original = prototype.sync;
  let count = 0;
  prototype.sync = function (this: unknown) {
    count++;
    return original.call(this);
  };
  try {
    await run();
  } finally {
    prototype.sync = original;
  }
  return count;
}

test('syncing a file and syncing a folder reach the kernel', async () => {
  const file = await nodeFileSystem.createFile(join(folder, 'synced'));
  await file.write(Buffer.from('bytes'), 0);
  assert.is(await syncs(() => file.sync()), 1);
  await file.close();
  assert.is(await syncs(() => nodeFileSystem.syncFolder(folder)), 1);
});

test('a file is written where it is told to and read back, also across its end', async () => {
  const file = await nodeFileSystem.createFile(join(folder, 'written'));
  await file.write(Buffer.from('world'), 5);
  await file.write(Buffer.from('hello'), 0);
  await file.close();
  const reader = await nodeFileSystem.openForReading(join(folder, 'written'));
  const target = Buffer.alloc(8);
  assert.is(await reader.size(), 10);
  assert.is(await reader.read(target, 0), 8);
  assert.is(target.toString(), 'hellowor');
  assert.is(await reader.read(target, 8), 2);
  await reader.close();
});

test('existing files and folders, and those that are not there', async () => {
  const path = join(folder, 'existing');
  writeFileSync(path, 'abc');
  assert.is(await code(nodeFileSystem.createFile(path)), 'EEXIST');
  assert.is(await code(nodeFileSystem.openForReading(join(folder, 'absent'))), 'ENOENT');
  assert.is(await nodeFileSystem.sizeOf(path), 3);
  assert.is(await nodeFileSystem.sizeOf(join(folder, 'absent')), null);
  assert.is(await code(nodeFileSystem.sizeOf(join(path, 'below a file'))), 'ENOTDIR');
  assert.is(await nodeFileSystem.makeFolder(join(folder, 'new')), true);
  assert.is(await nodeFileSystem.makeFolder(join(folder, 'new')), false);
  assert.is(await code(nodeFileSystem.makeFolder(join(folder, 'absent', 'new'))), 'ENOENT');
});

test('names, sizes and free space', async () => {
  const names = (await nodeFileSystem.names(folder)).sort();
  const sizes = (await nodeFileSystem.namesAndSizes(folder)).map(({ name }) => name).sort();
  assert.equal(names, sizes);
  assert.is((await nodeFileSystem.namesAndSizes(folder)).find(({ name }) => name === 'existing')?.size, 3);
  assert.ok((await nodeFileSystem.freeBytes(folder)) > 0);
});

async function code(failing: Promise<unknown>): Promise<string> {
  return await failing.then(() => '', errorCode);
}

test.run();

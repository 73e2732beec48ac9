import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignedBuffer, isAligned } from '../../../builder/burn/device/aligned-buffer.ts';
import { openCardDevice } from '../../../builder/burn/device/open-card-device.ts';
import { readWhole, syncWhole, writeWhole } from '../../../builder/burn/device/whole-transfers.ts';
import { systemError } from '../../support/card-simulator.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const block = 4096;
const mebibyte = 1 << 20;
const folder = temporaryFolder('open-card');

test('aligned buffers, and what is none', () => {
  const buffer = alignedBuffer(3 * block);
  assert.is(buffer.length, 3 * block);
  assert.ok(isAligned(buffer) && isAligned(buffer.subarray(block)));
  assert.not.ok(isAligned(buffer.subarray(512)));
  assert.not.ok(isAligned(Buffer.alloc(block)));
  assert.throws(() => alignedBuffer(1000), /multiple of 4096/);
});

test('a file of a dry run: made private, as long as asked for, written and read back past the cache', async () => {
  const file = join(folder, 'card.img');
  const device = await openCardDevice(file, { access: 'write', fileSize: 2 * mebibyte });
  assert.equal([device.kind, device.size, device.deviceNumber], ['file', 2 * mebibyte, null]);
  const bytes = alignedBuffer(mebibyte).fill(0x5a);
  await writeWhole(device, mebibyte, bytes);
  await syncWhole(device);
  await readWhole(device, mebibyte, bytes.fill(0));
  assert.ok(bytes.every((byte) => byte === 0x5a));
  await device.close();
  assert.is((await stat(file)).mode & 0o777, 0o600);
  const content = await readFile(file);
  assert.equal([content.length, content[0], content[mebibyte]], [2 * mebibyte, 0, 0x5a]);

  const shorter = await openCardDevice(file, { access: 'write', fileSize: mebibyte });
  assert.is(shorter.size, mebibyte);
  await shorter.close();
  const reader = await openCardDevice(file, { access: 'read' });
  assert.is(reader.size, mebibyte);
  await rejects(reader.write(0, bytes), 'EBADF');
  assert.is(await reader.read(mebibyte, bytes), 0);
  await reader.close();
});

test('a file that everybody could read is made private before anything is written into it', async () => {
  const file = join(folder, 'open-to-all.img');
  await writeFile(file, 'old', { mode: 0o644 });
  const device = await openCardDevice(file, { access: 'write', fileSize: mebibyte });
  assert.is((await stat(file)).mode & 0o777, 0o600);
  await device.close();
});

async function rejects(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.catch((reason: NodeJS.ErrnoException) => reason);
  assert.is((error as NodeJS.ErrnoException).code, code);
}

for (const refuses of ['open', 'read'] as const) {
  test(`a file system that knows no O_DIRECT and says so at the first ${refuses} is used without it`, async () => {
    const file = join(folder, `cached-${refuses}.img`);
    const flagsSeen: number[] = [];
    const system = {
      root: '/',
      open: async (path: string, flags: number, mode: number) => {
        const direct = (flags & constants.O_DIRECT) !== 0;
        flagsSeen.push(flags);
        if (direct && refuses === 'open') throw systemError('EINVAL');
        const handle = await open(path, flags, mode);
        if (direct) handle.read = () => Promise.reject(systemError('EINVAL'));
        return handle;
      },
    };
    const device = await openCardDevice(file, { access: 'write', fileSize: mebibyte }, system);
    assert.not.ok(device.readsPastCache);
    assert.is(flagsSeen.at(-1)! & constants.O_DIRECT, 0);
    const bytes = alignedBuffer(block).fill(1);
    await writeWhole(device, 0, bytes);
    // Where nothing else would refuse it.
    await assertRange(device.write(512, bytes));
    await assertRange(device.read(0, Buffer.alloc(block)));
    await device.close();
  });
}

async function assertRange(promise: Promise<unknown>): Promise<void> {
  assert.instance(await promise.catch((error: unknown) => error), RangeError);
}

test('what is neither disk nor file is refused, and what is not there', async () => {
  await rejectedWith(openCardDevice(folder, { access: 'read' }), 'DISK_REFUSED', /neither a disk nor a file/);
  await rejectedWith(openCardDevice('/dev/null', { access: 'write' }), 'DISK_REFUSED', /neither a disk/);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await rejectedWith(openCardDevice(pipe, { access: 'read' }), 'DISK_REFUSED', /neither a disk/);
  const missing = join(folder, 'missing');
  await rejectedWith(openCardDevice(missing, { access: 'write' }), 'DISK_REFUSED', /it is not there/);
  const link = join(folder, 'link.img');
  await symlink(join(folder, 'elsewhere.img'), link);
  const opening = { access: 'write', fileSize: mebibyte } as const;
  await rejectedWith(openCardDevice(link, opening), 'DISK_REFUSED', /it is a link/);
});

const refusals: readonly (readonly [string, RegExp])[] = [
  ['EBUSY', /cannot be written: something uses it/],
  ['EACCES', /this user may not open it/],
  ['EROFS', /it is write-protected/],
  ['ENXIO', /it holds no card/],
  ['EIO', /EIO: simulated/],
];
for (const [code, message] of refusals) {
  test(`${code} when it is opened`, async () => {
    const system = { root: '/', open: () => Promise.reject(systemError(code)) };
    const error = await rejectedWith(
      openCardDevice('/dev/sdx', { access: 'write' }, system),
      'DISK_REFUSED',
      message,
    );
    assert.is((error.cause as NodeJS.ErrnoException).code, code);
  });
}

/** A block device that is a file below, with the numbers that it is asked to have. */
function pretended(file: string, rdev: number, root: string) {
  const seen: number[] = [];
  const system = {
    root,
    open: async (_path: string, flags: number) => {
      seen.push(flags);
      const handle = await open(file, flags & ~(constants.O_EXCL | constants.O_CREAT));
      handle.stat = (async () => ({
        rdev,
        size: 0,
        isBlockDevice: () => true,
        isFile: () => false,
      })) as never;
      return handle;
    },
  };
  return { system, seen };
}

test('a disk is claimed alone to be written, not to be read; its size is the kernel’s', async () => {
  const file = join(folder, 'disk');
  await writeFile(file, '');
  await truncate(file, mebibyte);
  const root = join(folder, 'root');
  await mkdir(join(root, 'sys/dev/block/259:4096'), { recursive: true });
  await writeFile(join(root, 'sys/dev/block/259:4096/size'), '2048\n');
  // Minor 4096 = 0x1000: its upper 12 bits lie above the major's lower 12.
  const { system, seen } = pretended(file, (0x10 << 20) | (259 << 8), root);
  const device = await openCardDevice('/dev/sdx', { access: 'write' }, system);
  assert.equal([device.kind, device.size, device.deviceNumber], ['block', mebibyte, '259:4096']);
  await device.close();
  assert.ok((seen[0]! & constants.O_EXCL) !== 0 && (seen[0]! & constants.O_CREAT) === 0);
  await (await openCardDevice('/dev/sdx', { access: 'read' }, system)).close();
  assert.is(seen.at(-1)! & constants.O_EXCL, 0);

  const asFile = openCardDevice('/dev/sdx', { access: 'write', fileSize: mebibyte }, system);
  await rejectedWith(asFile, 'DISK_REFUSED', /it is a disk, and a file was to be written/);
  await writeFile(join(root, 'sys/dev/block/259:4096/size'), '0\n');
  await rejectedWith(
    openCardDevice('/dev/sdx', { access: 'read' }, system),
    'DISK_REFUSED',
    /it holds no card/,
  );
  const elsewhere = pretended(file, 8 << 8, root).system;
  const unknown = openCardDevice('/dev/sdx', { access: 'read' }, elsewhere);
  await rejectedWith(unknown, 'DISK_REFUSED', /the kernel does not say how large/);
});

test.run();

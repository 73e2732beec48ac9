import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { alignedBuffer } from '../../../builder/burn/device/aligned-buffer.ts';
import type { CardFault } from '../../../builder/burn/device/card-fault.ts';
import { readWhole, syncWhole, writeWhole } from '../../../builder/burn/device/whole-transfers.ts';
import { chooseTargets } from '../../../builder/burn/disks/choose-targets.ts';
import { claimTarget } from '../../../builder/burn/disks/claim-target.ts';
import { listDisks } from '../../../builder/burn/disks/list-disks.ts';
import { probeCapacity } from '../../../builder/burn/probe/probe-capacity.ts';
import { attachLoop, cannotLoop, detachLoop } from '../../support/loop-device.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { wherePossible } from '../../support/where-possible.ts';

const test = suite('loop devices');
const withLoops = wherePossible(test, cannotLoop());
const mebibyte = 1 << 20;
const size = 64 * mebibyte;
const folder = temporaryFolder('loops');
const demands = { imageSize: mebibyte, allowLarge: false, allowFixed: true, overwrite: false };
let count = 0;

function backing(): string {
  count += 1;
  const file = join(folder, `${count}.backing`);
  writeFileSync(file, '');
  truncateSync(file, size);
  return file;
}

/** Runs a task with a loop device and takes that away again. */
async function onLoop(
  task: (device: string, file: string) => Promise<void>,
  ...options: readonly string[]
): Promise<void> {
  const file = backing();
  const device = attachLoop(file, ...options);
  try {
    await task(device, file);
  } finally {
    detachLoop(device);
  }
}

async function reasonsFor(device: string): Promise<readonly string[]> {
  return (await rejectedWith(chooseTargets([device], demands), 'DISK_REFUSED', /./)).problems;
}

async function mountedAt(device: string, task: (point: string) => Promise<void>): Promise<void> {
  const point = join(folder, `mount ${count}`);
  mkdirSync(point, { recursive: true });
  execFileSync('mount', [device, point]);
  try {
    await task(point);
  } finally {
    execFileSync('umount', [point]);
  }
}

withLoops('a loop device is listed with its file, and needs a word, as it is not removable', async () => {
  await onLoop(async (device, file) => {
    const listed = (await listDisks()).find(({ disk }) => disk.path === device);
    assert.equal([listed?.disk.bus, listed?.disk.serial, listed?.disk.size], ['loop', file, size]);
    assert.equal(
      listed?.refusals.map(({ kind }) => kind),
      ['not-removable'],
    );
  });
});

withLoops('what is read back comes past the cache: a change behind the burner’s back is seen', async () => {
  await onLoop(async (device, file) => {
    const [target] = await chooseTargets([device], demands);
    const card = await claimTarget(target!, mebibyte);
    const cached = await open(device, 'r');
    try {
      assert.ok(card.readsPastCache);
      const bytes = alignedBuffer(mebibyte).fill(0x11);
      await writeWhole(card, 0, bytes);
      await syncWhole(card);
      // Fills the kernel's cache of the device.
      assert.is((await cached.read(Buffer.alloc(4096), 0, 4096, 0)).buffer[5], 0x11);
      const behind = await open(file, 'r+');
      await behind.write(Buffer.from([0x22]), 0, 1, 5);
      await behind.sync();
      await behind.close();
      await readWhole(card, 0, bytes);
      assert.is(bytes[5], 0x22);
      // Who does not pass the cache is told what was written.
      assert.is((await cached.read(Buffer.alloc(4096), 0, 4096, 0)).buffer[5], 0x11);
    } finally {
      await cached.close();
      await card.close();
    }
  });
});

withLoops('a mounted one is refused, and the kernel would not hand it out', async () => {
  await onLoop(async (device) => {
    const [target] = await chooseTargets([device], demands);
    execFileSync('mkfs.ext4', ['-q', device]);
    await mountedAt(device, async (point) => {
      assert.equal(await reasonsFor(device), [`${device}: it is mounted at ${point}`]);
      await rejectedWith(claimTarget(target!, mebibyte), 'DISK_REFUSED', /something uses it/);
    });
    await (await claimTarget(target!, mebibyte)).close();
  });
});

withLoops('one that is claimed is claimed by nobody else', async () => {
  await onLoop(async (device) => {
    const [target] = await chooseTargets([device], demands);
    const card = await claimTarget(target!, mebibyte);
    try {
      assert.equal(await reasonsFor(device), [`${device}: something that the kernel does not name uses it`]);
      await rejectedWith(claimTarget(target!, mebibyte), 'DISK_REFUSED', /something uses it/);
    } finally {
      await card.close();
    }
  });
});

withLoops('mounted for one other process only, it is refused too', async () => {
  await onLoop(async (device) => {
    execFileSync('mkfs.ext4', ['-q', device]);
    const script = 'mount "$1" /mnt && echo mounted && read -r _';
    const child: ChildProcess = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', device], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      await once(child.stdout!, 'data');
      assert.equal(await reasonsFor(device), [`${device}: it is mounted at /mnt in another namespace`]);
    } finally {
      child.stdin!.end();
      await ended;
    }
  });
});

/** Why a loop device cannot be used so on this machine, or null. */
async function impossible(why: string, attempt: (device: string) => void): Promise<string | null> {
  const lacking = cannotLoop();
  if (lacking !== null) return lacking;
  let found: string | null = null;
  await onLoop(async (device) => {
    try {
      attempt(device);
    } catch {
      found = why;
    }
  }, '--partscan');
  return found;
}

const cannotSwap = await impossible('this machine lets nobody add swap', (device) => {
  execFileSync('mkswap', [device], { stdio: 'pipe' });
  execFileSync('swapon', [device], { stdio: 'pipe' });
  execFileSync('swapoff', [device]);
});
wherePossible(test, cannotSwap)('one that is swapped to', async () => {
  await onLoop(async (device) => {
    execFileSync('mkswap', [device], { stdio: 'pipe' });
    execFileSync('swapon', [device], { stdio: 'pipe' });
    try {
      assert.equal(await reasonsFor(device), [`${device}: it is swapped to: ${device}`]);
    } finally {
      execFileSync('swapoff', [device]);
    }
  });
});

const cannotPartition = await impossible(
  'this machine has no sgdisk, or shows no partitions of loop devices',
  (device) => {
    execFileSync('sgdisk', ['-n', '1:2048:+32M', device], { stdio: 'pipe' });
    execFileSync('partx', ['--update', device], { stdio: 'pipe' });
    if (!existsSync(`${device}p1`)) throw new Error('it shows none');
  },
);
wherePossible(test, cannotPartition)('a partition is refused, and its disk while it is mounted', async () => {
  const file = backing();
  execFileSync('sgdisk', ['-n', '1:2048:+32M', file], { stdio: 'pipe' });
  const device = attachLoop(file, '--partscan');
  // Not every kernel reads the table by itself.
  execFileSync('partx', ['--update', device], { stdio: 'pipe' });
  try {
    const partition = `${device}p1`;
    assert.equal(await reasonsFor(partition), [
      `${partition}: it is a partition of ${device}, and a whole disk is written`,
    ]);
    execFileSync('mkfs.ext4', ['-q', partition]);
    await mountedAt(partition, async (point) => {
      assert.equal(await reasonsFor(device), [
        `${device}: it is mounted at ${point} (${partition.slice('/dev/'.length)})`,
      ]);
    });
  } finally {
    detachLoop(device);
  }
});

withLoops('one over another, either way', async () => {
  await onLoop(async (lower) => {
    const upper = attachLoop(lower);
    try {
      const [above, below] = [upper, lower].map((path) => path.slice('/dev/'.length));
      assert.ok((await reasonsFor(lower)).includes(`${lower}: it is part of ${above}`));
      execFileSync('mkfs.ext4', ['-q', lower]);
      await mountedAt(upper, async (point) => {
        assert.ok((await reasonsFor(lower)).includes(`${lower}: it is mounted at ${point} (${above})`));
      });
      await mountedAt(lower, async (point) => {
        assert.ok((await reasonsFor(upper)).includes(`${upper}: it is mounted at ${point} (${below})`));
      });
    } finally {
      detachLoop(upper);
    }
  });
});

withLoops('one that is write-protected', async () => {
  await onLoop(async (device) => {
    assert.equal(await reasonsFor(device), [`${device}: it is write-protected`]);
  }, '--read-only');
});

withLoops('another file under the same name, as large as the one that was chosen', async () => {
  const device = attachLoop(backing());
  const [target] = await chooseTargets([device], demands);
  detachLoop(device);
  const again = attachLoop(backing());
  try {
    assert.is(again, device);
    const error = await rejectedWith(claimTarget(target!, mebibyte), 'DISK_REFUSED', /not the disk any more/);
    assert.match(error.problems.join('\n'), /its serial was .*backing and is .*backing/);
  } finally {
    detachLoop(again);
  }
});

withLoops('the kernel’s own errors: the first block that cannot be read is named', async () => {
  await onLoop(async (device, file) => {
    const [target] = await chooseTargets([device], demands);
    const card = await claimTarget(target!, mebibyte);
    try {
      // The device keeps the size that its file had.
      truncateSync(file, 8 * mebibyte + 4096);
      const bytes = alignedBuffer(mebibyte);
      await readWhole(card, 7 * mebibyte, bytes);
      const fault = await readWhole(card, 8 * mebibyte, bytes).catch((error: CardFault) => error);
      assert.equal(
        [(fault as CardFault).kind, (fault as CardFault).offset],
        ['bad-block', 8 * mebibyte + 4096],
      );
    } finally {
      await card.close();
    }
  });
});

withLoops('an honest one passes the probe, which leaves its blocks there', async () => {
  await onLoop(async (device, file) => {
    const [target] = await chooseTargets([device], demands);
    const card = await claimTarget(target!, mebibyte);
    try {
      const { signal } = new AbortController();
      assert.equal(await probeCapacity(card, { signal }), { kind: 'honest' });
    } finally {
      await card.close();
    }
    assert.ok(
      readFileSync(file)
        .subarray(-4096)
        .some((byte) => byte !== 0),
    );
  });
});

test.run();

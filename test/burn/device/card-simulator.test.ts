import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignedBuffer } from '../../../builder/burn/device/aligned-buffer.ts';
import type { CardDevice } from '../../../builder/burn/device/card-device.ts';
import { type CardFaults, SimulatedCard } from '../../support/card-simulator.ts';

const block = 4096;
const mebibyte = 1 << 20;
const claimed = 64 * mebibyte;
const buffer = alignedBuffer(8 * block);

function filled(byte: number, blocks = 1): Uint8Array {
  return buffer.subarray(0, blocks * block).fill(byte);
}

async function firstByte(device: CardDevice, offset: number): Promise<number> {
  const into = buffer.subarray(0, block).fill(0xee);
  assert.is(await device.read(offset, into), block);
  return into[0]!;
}

async function failsWith(promise: Promise<unknown>, code: string): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: NodeJS.ErrnoException) => reason,
  );
  assert.is(error?.code, code);
}

test('an honest card gives back what was written, zeros elsewhere, and ends where it says', async () => {
  const card = new SimulatedCard(claimed);
  const device = card.open();
  assert.is(await device.write(block, filled(7, 2)), 2 * block);
  await device.sync();
  assert.equal([await firstByte(device, 0), await firstByte(device, block)], [0, 7]);
  assert.is(await device.read(claimed, filled(0)), 0);
  assert.is(await device.read(claimed - block, filled(0, 2)), block);
  await failsWith(device.write(claimed, filled(1)), 'ENOSPC');
  assert.equal(card.filledBlocks(), [block, 2 * block]);
  assert.is(card.written, 2 * block);
});

test('refuses what O_DIRECT refuses, and a device that was closed', async () => {
  const device = new SimulatedCard(claimed).open();
  await failsWith(device.read(512, filled(0)), 'EINVAL');
  await failsWith(device.read(0, Buffer.alloc(block)), 'EINVAL');
  await failsWith(device.write(0, buffer.subarray(512, block + 512)), 'EINVAL');
  await failsWith(device.write(0, buffer.subarray(0, 100)), 'EINVAL');
  await device.close();
  await failsWith(device.read(0, filled(0)), 'EBADF');
});

const liars: readonly (readonly [NonNullable<CardFaults['beyond']>, number | null])[] = [
  ['wraps', 3 * mebibyte],
  ['wraps-past-head', 4 * mebibyte],
  ['zeros', null],
  ['noise', null],
];
for (const [beyond, lands] of liars) {
  test(`a card of 8 MiB that claims 64: what lies beyond ${beyond}`, async () => {
    const card = new SimulatedCard(claimed, { realSize: 8 * mebibyte, beyond });
    const device = card.open();
    await device.write(11 * mebibyte, filled(9));
    assert.equal(card.filledBlocks(), lands === null ? [] : [lands]);
    const seen = await firstByte(device, 11 * mebibyte);
    assert.is(seen, { wraps: 9, 'wraps-past-head': 9, zeros: 0, noise: 'n'.charCodeAt(0) }[beyond]);
    const before = buffer.slice(0, block);
    await firstByte(device, 11 * mebibyte);
    assert.is(Buffer.from(before).equals(buffer.subarray(0, block)), beyond !== 'noise');
  });
}

test("the card's own memory answers for what was written last, and no longer", async () => {
  const card = new SimulatedCard(claimed, { realSize: 8 * mebibyte, cachedBytes: 2 * block });
  const device = card.open();
  await device.write(9 * mebibyte, filled(9));
  await device.sync();
  assert.is(await firstByte(device, 9 * mebibyte), 9);
  await device.write(0, filled(1, 2));
  assert.is(await firstByte(device, 9 * mebibyte), 0);
});

test('bits flip at their place, unless the kernel’s cache answers', async () => {
  const card = new SimulatedCard(claimed, { flips: [{ offset: 2 * block, mask: 0x10 }] });
  const cached = card.open({ throughCache: true });
  assert.not.ok(cached.readsPastCache);
  await cached.write(2 * block, filled(1));
  assert.is(await firstByte(cached, 2 * block), 1);
  assert.is(await firstByte(card.open(), 2 * block), 0x11);
  assert.is(await firstByte(card.open({ throughCache: true }), 2 * block), 0x11);
});

test('blocks that cannot be read or written, with the code that was asked for', async () => {
  const badBlocks = [
    { offset: block, on: 'read' as const },
    { offset: 2 * block, on: 'write' as const, code: 'ENODATA' },
  ];
  const device = new SimulatedCard(claimed, { badBlocks }).open();
  await device.write(block, filled(1));
  await failsWith(device.read(0, filled(0, 2)), 'EIO');
  await failsWith(device.write(0, filled(1, 3)), 'ENODATA');
  assert.is(await firstByte(device, 2 * block), 0);
});

test('moves less than asked for, takes no write', async () => {
  const faults: CardFaults = { longestTransfer: 5120 };
  const device = new SimulatedCard(claimed, faults).open();
  assert.is(await device.write(0, filled(1, 4)), 5120);
  assert.is(await device.read(0, filled(0, 4)), 5120);
  faults.writeProtected = true;
  await failsWith(device.write(0, filled(1)), 'EPERM');
});

test('pulled out in the middle of a write: gone for who had it open, there again for who opens it anew', async () => {
  const faults: CardFaults = { pulledAfter: 3 * block };
  const card = new SimulatedCard(claimed, faults);
  const device = card.open();
  await device.write(0, filled(1));
  await device.sync();
  await failsWith(device.write(block, filled(2, 4)), 'ENODEV');
  await failsWith(device.read(0, filled(0)), 'ENODEV');
  await failsWith(device.sync(), 'ENODEV');
  assert.throws(() => card.open(), /ENXIO/);
  card.putBack();
  await failsWith(device.read(0, filled(0)), 'ENODEV');
  const again = card.open();
  assert.equal([await firstByte(again, 0), await firstByte(again, 2 * block)], [1, 2]);
  assert.is(await firstByte(again, 3 * block), 0);
  assert.is(await again.write(block, filled(2, 4)), 4 * block);
});

test('may lose what was not synced', async () => {
  const card = new SimulatedCard(claimed, { losesUnsynced: true });
  const device = card.open();
  await device.write(0, filled(1));
  await device.sync();
  await device.write(0, filled(2, 2));
  card.pull();
  card.putBack();
  const again = card.open();
  assert.equal([await firstByte(again, 0), await firstByte(again, block)], [1, 0]);
});

test('is as slow as what it waits for, and says what was asked of it', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const card = new SimulatedCard(claimed, { before: () => gate });
  let over = false;
  const writing = card
    .open()
    .write(0, filled(1))
    .then(() => {
      over = true;
    });
  await new Promise((resolve) => setImmediate(resolve));
  assert.not.ok(over);
  release();
  await writing;
  assert.equal(card.calls, [{ kind: 'write', offset: 0, length: block }]);
});

test('planted bytes and what the medium holds', async () => {
  const card = new SimulatedCard(claimed);
  card.plant(block - 2, Buffer.from('abcd'));
  assert.is(card.content(block - 2, 4).toString(), 'abcd');
  assert.is(await firstByte(card.open(), block), 'c'.charCodeAt(0));
});

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alignedBuffer } from '../../../builder/burn/device/aligned-buffer.ts';
import type { CardFault, CardFaultKind } from '../../../builder/burn/device/card-fault.ts';
import { faultKind } from '../../../builder/burn/device/card-fault.ts';
import { readWhole, syncWhole, writeWhole } from '../../../builder/burn/device/whole-transfers.ts';
import { SimulatedCard, systemError } from '../../support/card-simulator.ts';

const block = 4096;
const size = 1 << 20;
const pattern = alignedBuffer(16 * block);
for (let at = 0; at < pattern.length; at += 1) pattern[at] = (at * 7 + at / block) & 0xff;
const into = alignedBuffer(16 * block);

async function faultOf(promise: Promise<unknown>): Promise<CardFault> {
  const error = await promise.then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.is(error?.name, 'CardFault');
  return error as CardFault;
}

for (const longestTransfer of [4096, 5120, 12800]) {
  test(`moves all of it, ${longestTransfer} bytes at a time at most`, async () => {
    const card = new SimulatedCard(size, { longestTransfer });
    const device = card.open();
    await writeWhole(device, 2 * block, pattern);
    assert.ok(card.content(2 * block, pattern.length).equals(pattern));
    into.fill(0);
    await readWhole(device, 2 * block, into);
    assert.ok(Buffer.from(into).equals(pattern));
    assert.ok(card.calls.every(({ offset }) => offset % block === 0));
  });
}

test('a card that never moves a whole block is given up', async () => {
  const device = new SimulatedCard(size, { longestTransfer: 512 }).open();
  const { kind, offset } = await faultOf(writeWhole(device, 0, pattern));
  assert.equal([kind, offset], ['bad-block', 0]);
});

test('ends inside a block, where the card ends', async () => {
  const card = new SimulatedCard(size - 512);
  const device = card.open();
  await writeWhole(device, size - block, pattern.subarray(0, block - 512));
  await readWhole(device, size - block, into.subarray(0, block - 512));
  assert.ok(Buffer.from(into.subarray(0, block - 512)).equals(pattern.subarray(0, block - 512)));
  const beyond = await readWhole(device, size - block, into.subarray(0, block)).catch((error) => error);
  assert.instance(beyond, RangeError);
});

test('a card that ends before its size was pulled out: the kernel then says that it has none', async () => {
  const card = new SimulatedCard(size);
  const device = { ...card.open(), read: async () => 0 };
  assert.is((await faultOf(readWhole(device, block, into))).kind, 'pulled-out');
  assert.is((await faultOf(readWhole({ ...device, kind: 'file' }, block, into))).kind, 'bad-block');
});

for (const on of ['read', 'write'] as const) {
  test(`the first block that cannot be ${on === 'read' ? 'read' : 'written'} is named`, async () => {
    const badBlocks = [9, 5].map((number) => ({ offset: number * block, on }));
    const device = new SimulatedCard(size, { badBlocks }).open();
    const transfer = on === 'read' ? readWhole(device, 0, into) : writeWhole(device, 0, pattern);
    const fault = await faultOf(transfer);
    assert.equal([fault.kind, fault.offset], ['bad-block', 5 * block]);
    assert.match(fault.message, /simulated: it has a bad block, at byte 20480/);
  });
}

test('a fault that does not come again is still one', async () => {
  let calls = 0;
  const before = (): void => {
    calls += 1;
    if (calls === 1) throw systemError('EIO');
  };
  const device = new SimulatedCard(size, { before }).open();
  const { kind, offset } = await faultOf(readWhole(device, 4 * block, into));
  assert.equal([kind, offset], ['bad-block', 4 * block]);
});

test('a card that is pulled out, and one that is write-protected', async () => {
  const pulled = new SimulatedCard(size, { pulledAfter: 3 * block, longestTransfer: block }).open();
  const fault = await faultOf(writeWhole(pulled, 0, pattern));
  assert.equal([fault.kind, fault.offset], ['pulled-out', 2 * block]);
  assert.is((await faultOf(syncWhole(pulled))).kind, 'pulled-out');
  const locked = new SimulatedCard(size, { writeProtected: true }).open();
  assert.is((await faultOf(writeWhole(locked, 0, pattern))).kind, 'write-protected');
});

const codes: readonly (readonly ['block' | 'file', string, CardFaultKind])[] = [
  ['block', 'EIO', 'bad-block'],
  ['block', 'ENODATA', 'bad-block'],
  ['block', 'ETIMEDOUT', 'bad-block'],
  ['block', 'ENXIO', 'pulled-out'],
  ['block', 'ENOSPC', 'pulled-out'],
  ['file', 'ENOSPC', 'host-full'],
  ['file', 'EDQUOT', 'host-full'],
  ['block', 'EROFS', 'write-protected'],
];
for (const [kind, code, expected] of codes) {
  test(`${code} from a ${kind} means ${expected}`, () => {
    assert.is(faultKind(systemError(code), { kind }), expected);
  });
}

test('no medium is known by its number; what the kernel did not say is a bug', () => {
  const noName = Object.assign(systemError('Unknown system error -123'), { errno: -123 });
  assert.is(faultKind(noName, { kind: 'block' }), 'pulled-out');
  for (const error of [systemError('EINVAL'), systemError('EBADF'), new RangeError('x')]) {
    assert.throws(
      () => faultKind(error, { kind: 'block' }),
      (thrown: unknown) => thrown === error,
    );
  }
});

test.run();

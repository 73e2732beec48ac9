import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CardFault } from '../../../builder/burn/device/card-fault.ts';
import { judgeProbes } from '../../../builder/burn/probe/judge-probes.ts';
import { ProbeBlocks, type ReadProbe } from '../../../builder/burn/probe/probe-block.ts';
import { probeCapacity, requireHonest } from '../../../builder/burn/probe/probe-capacity.ts';
import { planProbe } from '../../../builder/burn/probe/probe-plan.ts';
import { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import { type CardFaults, SimulatedCard } from '../../support/card-simulator.ts';

const mebibyte = 1 << 20;
const gibibyte = 1 << 30;
const block = 4096;
const claimed = 32 * gibibyte;
const { signal } = new AbortController();

async function verdictOf(faults: CardFaults, size = claimed) {
  const card = new SimulatedCard(size, faults);
  return { card, verdict: await probeCapacity(card.open(), { signal }) };
}

for (const size of [claimed, 31_914_983_424, 128 * 1e9, 20 * mebibyte, 3 * block]) {
  test(`an honest card of ${size} bytes passes, with few bytes written`, async () => {
    const { card, verdict } = await verdictOf({}, size);
    assert.equal(verdict, { kind: 'honest' });
    requireHonest(verdict, { path: '/dev/sdb', size });
    assert.ok(card.written < 16 * mebibyte + 3 * Math.sqrt(size / mebibyte) * block + 1e6, `${card.written}`);
    const furthest = Math.max(...card.calls.map(({ offset, length }) => offset + length));
    assert.is(furthest, Math.floor(size / block) * block);
  });
}

const sizes = [8 * gibibyte, 7_948_206_080, 16 * gibibyte + mebibyte, 40 * mebibyte, claimed - mebibyte];
for (const realSize of sizes.map((size) => size - (size % mebibyte))) {
  test(`a card of ${realSize} bytes whose addresses wrap around is found, and its size`, async () => {
    const { verdict } = await verdictOf({ realSize, beyond: 'wraps' });
    assert.ok(verdict.kind === 'counterfeit' && verdict.how === 'wraps', JSON.stringify(verdict));
    assert.is(verdict.realSize, realSize);
    assert.ok(verdict.firstLie >= realSize);
  });
}

test('one that keeps its head in place and wraps the rest', async () => {
  const { verdict } = await verdictOf({ realSize: 8 * gibibyte, beyond: 'wraps-past-head' });
  assert.ok(verdict.kind === 'counterfeit' && verdict.how === 'wraps');
  assert.is(verdict.realSize, 8 * gibibyte - mebibyte);
});

for (const beyond of ['zeros', 'noise'] as const) {
  for (const realSize of [8 * gibibyte, 7_948_210_176, claimed - block]) {
    test(`a card of ${realSize} bytes beyond which there are ${beyond}: its exact size`, async () => {
      const { verdict } = await verdictOf({ realSize, beyond });
      assert.equal(verdict, { kind: 'counterfeit', how: 'drops', realSize, firstLie: realSize });
    });
  }
}

test('a liar with a memory of its own, from which it answers what was just written', async () => {
  const faults = { realSize: 8 * gibibyte, cachedBytes: 8 * mebibyte };
  const { verdict } = await verdictOf({ ...faults, beyond: 'zeros' });
  assert.equal(verdict, {
    kind: 'counterfeit',
    how: 'drops',
    realSize: 8 * gibibyte,
    firstLie: 8 * gibibyte,
  });
  const wrapping = await verdictOf({ ...faults, beyond: 'wraps' });
  assert.ok(wrapping.verdict.kind === 'counterfeit' && wrapping.verdict.realSize === 8 * gibibyte);
});

test('what an earlier probe left is not taken for this one’s', async () => {
  const card = new SimulatedCard(claimed);
  assert.equal(await probeCapacity(card.open(), { signal }), { kind: 'honest' });
  // It keeps nothing any more, as cards at the end of their life do.
  const device = { ...card.open(), write: async (_: number, bytes: Uint8Array) => bytes.length };
  assert.equal(await probeCapacity(device, { signal }), { kind: 'damaged', offset: 0 });
});

test('a card that is as large as it says and does not keep one block is damaged, not counterfeit', async () => {
  const offset = planProbe(claimed).far[20]!;
  const { verdict } = await verdictOf({ flips: [{ offset: offset + 4000, mask: 1 }] });
  assert.equal(verdict, { kind: 'damaged', offset });
});

test('is refused through the kernel’s cache, where a liar would pass', async () => {
  const card = new SimulatedCard(claimed, { realSize: gibibyte });
  const error = await probeCapacity(card.open({ throughCache: true }), { signal }).catch((reason) => reason);
  assert.instance(error, RangeError);
  assert.is(card.written, 0);
});

test('bad blocks and a pulled card are told of as such; it can be stopped; it says how far it is', async () => {
  const offset = planProbe(claimed).far[3]!;
  const bad = await verdictOf({ badBlocks: [{ offset, on: 'read' }] }).catch((error: CardFault) => error);
  assert.equal([(bad as CardFault).kind, (bad as CardFault).offset], ['bad-block', offset]);
  const pulled = await verdictOf({ pulledAfter: mebibyte }).catch((error: CardFault) => error);
  assert.is((pulled as CardFault).kind, 'pulled-out');

  const stop = new AbortController();
  const heard: number[][] = [];
  const card = new SimulatedCard(claimed);
  const onProgress = (done: number, total: number): void => {
    heard.push([done, total]);
    if (done === 5 * block) stop.abort(new Error('stopped'));
  };
  const stopped = await probeCapacity(card.open(), { signal: stop.signal, onProgress }).catch(
    (error) => error,
  );
  assert.is((stopped as Error).message, 'stopped');
  assert.equal(
    heard.map(([done]) => done),
    [0, 1, 2, 3, 4, 5].map((blocks) => blocks * block),
  );
  assert.is(card.written, 6 * block);

  const whole: number[][] = [];
  const honest = new SimulatedCard(claimed);
  const device = honest.open();
  let read = 0;
  const counting = {
    ...device,
    read: async (at: number, into: Uint8Array) => {
      const length = await device.read(at, into);
      read += length;
      return length;
    },
    write: async (at: number, bytes: Uint8Array) => await device.write(at, bytes),
  };
  const { signal } = new AbortController();
  await probeCapacity(counting, { signal, onProgress: (bytes, total) => whole.push([bytes, total]) });
  const moved = honest.written + read;
  assert.equal(whole.at(-1), [moved, moved], 'bytes, as its name and its speed say');
});

test('the plan: powers of two, the end, no block twice, filler beside them', () => {
  const { near, far, filler } = planProbe(claimed);
  const all = [...near, ...far];
  assert.is(new Set(all).size, all.length);
  for (let offset = block; offset < claimed; offset *= 2) assert.ok(all.includes(offset), `${offset}`);
  assert.ok(all.includes(claimed - block));
  assert.equal(
    far,
    far.toSorted((a, b) => b - a),
  );
  assert.is(
    filler.reduce((sum, { length }) => sum + length, 0),
    16 * mebibyte,
  );
  for (const { offset, length } of filler) {
    assert.ok(offset % block === 0 && length % block === 0 && length <= mebibyte);
    assert.not.ok(all.some((probe) => probe >= offset && probe < offset + length));
  }
});

test('for every size after which addresses may wrap, a later block lands on a near one', () => {
  for (const size of [claimed, 8_004_304_896, 64 * 1e9, 100 * mebibyte]) {
    const { near, far } = planProbe(size);
    const places = new Set(near);
    const all = [...near, ...far];
    for (let realSize = mebibyte; realSize + mebibyte <= size; realSize += mebibyte) {
      assert.ok(
        all.some((offset) => offset >= realSize && places.has(offset - realSize)),
        `${realSize} of ${size}`,
      );
    }
  }
});

test('and its size is told exactly, whichever it is', () => {
  const { near, far } = planProbe(claimed);
  const written = [...near, ...far];
  for (let realSize = gibibyte; realSize < claimed; realSize += 5 * mebibyte) {
    const last = new Map(written.map((offset) => [offset % realSize, offset]));
    const read = new Map(
      written.map((offset): [number, ReadProbe] => {
        const label = last.get(offset % realSize)!;
        return [offset, label === offset ? { kind: 'own' } : { kind: 'other', written: label }];
      }),
    );
    const verdict = judgeProbes(read);
    assert.is(verdict.kind === 'counterfeit' && verdict.realSize, realSize);
  }
});

test('blocks know their own offset and that of others, and no other seed', () => {
  const blocks = new ProbeBlocks(Buffer.alloc(16, 1));
  const bytes = new Uint8Array(block);
  blocks.fill(bytes, 8192);
  assert.equal(blocks.judge(bytes, 8192), { kind: 'own' });
  assert.equal(blocks.judge(bytes, 4096), { kind: 'other', written: 8192 });
  assert.equal(new ProbeBlocks(Buffer.alloc(16, 2)).judge(bytes, 8192), { kind: 'lost' });
  for (const at of [0, 20, 4095]) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    assert.equal(blocks.judge(changed, 8192), { kind: 'lost' });
  }
  assert.throws(() => new ProbeBlocks(Buffer.alloc(8)), /16 bytes/);
});

const read = (probes: Readonly<Record<number, ReadProbe>>): Map<number, ReadProbe> =>
  new Map(Object.entries(probes).map(([offset, probe]) => [Number(offset), probe]));
const own: ReadProbe = { kind: 'own' };
const lost: ReadProbe = { kind: 'lost' };
test('verdicts', () => {
  assert.equal(judgeProbes(read({ 0: own, 4096: own })), { kind: 'honest' });
  assert.equal(judgeProbes(read({ 0: own, 4096: lost, 8192: own })), { kind: 'damaged', offset: 4096 });
  assert.equal(judgeProbes(read({ 0: lost, 4096: lost })), { kind: 'damaged', offset: 0 });
  assert.equal(judgeProbes(read({ 0: own, 4096: lost })), {
    kind: 'counterfeit',
    how: 'drops',
    realSize: 4096,
    firstLie: 4096,
  });
  const aliases = read({
    0: { kind: 'other', written: 16384 },
    8192: { kind: 'other', written: 16384 },
    32768: lost,
  });
  assert.equal(judgeProbes(aliases), { kind: 'counterfeit', how: 'wraps', realSize: 8192, firstLie: 16384 });
});

test('what a person hears', () => {
  const device = { path: '/dev/sdb', size: 32e9 };
  const say = (verdict: Parameters<typeof requireHonest>[0]): string => {
    try {
      requireHonest(verdict, device);
      return '';
    } catch (error) {
      assert.ok(error instanceof BoardsmithError && error.code === 'CARD_BAD');
      return error.message;
    }
  };
  assert.is(
    say({ kind: 'counterfeit', how: 'wraps', realSize: 8e9, firstLie: 9e9 }),
    '/dev/sdb is counterfeit: it claims 32000000000 bytes and has 8000000000; byte 9000000000 is not kept',
  );
  assert.is(say({ kind: 'damaged', offset: 4096 }), '/dev/sdb does not keep what is written at byte 4096');
});

test.run();

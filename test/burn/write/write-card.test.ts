import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CardFault } from '../../../builder/burn/device/card-fault.ts';
import { cardBuffers } from '../../../builder/burn/write/card-buffers.ts';
import { readMarker } from '../../../builder/burn/write/marker.ts';
import { writeCard } from '../../../builder/burn/write/write-card.ts';
import { WrongBytes } from '../../../builder/burn/write/wrong-bytes.ts';
import { BurnTrial, cardSize } from '../../support/burn-trial.ts';
import type { CardFaults } from '../../support/card-simulator.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { smallRelease } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('write card');
const folder = temporaryFolder('write-card');
const release = await smallRelease(join(folder, 'release'));
const buffers = cardBuffers();
const block = 4096;
let count = 0;

function trial(faults: CardFaults = {}): BurnTrial {
  count += 1;
  return new BurnTrial(release, join(folder, String(count)), faults, buffers);
}

async function faultOf(work: Promise<unknown>): Promise<CardFault | WrongBytes> {
  const error = await work.then(
    () => assert.unreachable('it was written'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CardFault || error instanceof WrongBytes, String(error));
  return error as CardFault | WrongBytes;
}

/** Runs something once, when a call of a kind has been made so many times. */
function onCall(kind: string, times: number, run: () => void): CardFaults {
  let seen = 0;
  return {
    before: (call) => {
      if (call.kind !== kind) return;
      seen += 1;
      if (seen === times) run();
    },
  };
}

test('a card that was another system’s holds the image, the identity and nothing of what was wiped', async () => {
  const one = trial();
  const { verified, written, readBack, resumed } = await one.burn(writeCard);
  assert.equal(one.differences(), []);
  assert.ok(verified);
  assert.is(resumed, 0);
  assert.ok(written < one.raw.length + 2 * (1 << 20), 'blocks that are not mapped are not written');
  assert.ok(readBack >= written - 6 * (1 << 20), `${readBack} of ${written}`);
  const phases = [...new Set(one.phases.map(({ phase }) => phase))];
  assert.equal(phases, ['prepare', 'write', 'verify', 'finish']);
  const long = one.card.calls.filter(({ length }) => length > 4 << 20);
  assert.is(long.length, 0);
});

test('blocks that neither the image nor the wiping names are not touched', async () => {
  const one = trial();
  const place = { offset: one.raw.length + block, length: 10 * block };
  const before = one.card.content(place.offset, place.length);
  await one.burn(writeCard);
  assert.ok(one.card.content(place.offset, place.length).equals(before));
});

test('an identity that fits to the block, and none', async () => {
  const none = trial();
  await none.burn(writeCard, { identity: null });
  const place = none.image.partitions.find(({ name }) => name === 'identity')!;
  assert.ok(none.card.content(place.offset, place.size).every((byte) => byte === 0));
  await rejectedWith(
    trial().burn(writeCard, { identity: Buffer.alloc(place.size + block) }),
    'RELEASE_INVALID',
    /no room for an identity/,
  );
});

test('pulled out at any write: nothing starts from it, and put back it is finished without writing all again', async () => {
  const whole = trial();
  const { written } = await whole.burn(writeCard);
  const prepared = whole.phases.find(({ phase }) => phase === 'prepare')!.total;
  const step = Math.floor(written / 11 / block) * block;
  for (const losesUnsynced of [false, true]) {
    for (let pulledAfter = block; pulledAfter < written; pulledAfter += step) {
      const one = trial({ pulledAfter, losesUnsynced });
      const fault = await faultOf(one.burn(writeCard));
      assert.is((fault as CardFault).kind, 'pulled-out', String(pulledAfter));
      // Before its first block is on the medium it is the card that it was.
      if (pulledAfter > block) {
        assert.is(one.couldStart(pulledAfter > prepared), null, `after ${pulledAfter} bytes`);
      }
      one.card.putBack();
      const again = await one.burn(writeCard);
      assert.equal(one.differences(), [], `after ${pulledAfter} bytes`);
      if (!losesUnsynced && pulledAfter > 10 << 20) assert.ok(again.resumed > 1 << 20);
      assert.ok(again.written + again.resumed >= written - block);
    }
  }
});

test('pulled out while it is read back or told to keep what it has', async () => {
  const whole = trial();
  await whole.burn(writeCard);
  for (const kind of ['read', 'sync']) {
    const calls = whole.card.calls.filter((call) => call.kind === kind).length;
    assert.ok(calls > 2);
    for (let times = 1; times <= calls; times++) {
      const one = trial();
      Object.assign(
        one.card.faults,
        onCall(kind, times, () => one.card.pull()),
      );
      const fault = await faultOf(one.burn(writeCard));
      assert.is((fault as CardFault).kind, 'pulled-out', `${kind} ${times}`);
      const isSealed = one.differences().length === 0;
      // The first sync ends what prepares it; what is lost with the hand that pulls it is not.
      if (!isSealed) assert.is(one.couldStart(kind === 'read' || times > 1), null, `${kind} ${times}`);
      delete one.card.faults.before;
      one.card.putBack();
      await one.burn(writeCard);
      assert.equal(one.differences(), [], `${kind} ${times}`);
    }
  }
});

test('another card in the same reader is not taken for the one that was pulled out', async () => {
  const one = trial({ pulledAfter: 11 << 20 });
  await faultOf(one.burn(writeCard));
  one.card.putBack();
  // What was on it before, everywhere: as if it were another card.
  one.card.plant(0, Buffer.alloc(cardSize, 0x5a));
  const { resumed } = await one.burn(writeCard);
  assert.is(resumed, 0);
  assert.equal(one.differences(), []);
});

test('what an earlier attempt wrote is read before it is trusted', async () => {
  const one = trial({ pulledAfter: 11 << 20 });
  await faultOf(one.burn(writeCard));
  one.card.putBack();
  const changed = one.image.partitions[0]!.offset + 3 * block;
  one.card.plant(changed, Buffer.from('changed in the meantime'));
  await one.burn(writeCard);
  assert.equal(one.differences(), []);
});

test('a bit that comes back flipped is named by its byte, and the card does not start', async () => {
  const { image } = trial();
  const [loader, body, last] = [image.mapped[1]!, image.mapped[3]!, image.mapped.at(-1)!];
  for (const { first } of [image.mapped[0]!, loader, body, last]) {
    const offset = first * block + 77;
    const one = trial({ flips: [{ offset, mask: 0x04 }] });
    const fault = await faultOf(one.burn(writeCard));
    assert.instance(fault, WrongBytes);
    assert.is(fault.offset, offset);
    assert.is(one.couldStart(), null);
  }
});

test('a block that the card wrote wrong, or did not write, is found', async () => {
  const { image } = trial();
  const offset = image.mapped[3]!.first * block + block;
  for (const [wrong, lost] of [
    [Buffer.from([1, 2, 3]), false],
    [Buffer.alloc(block), true],
  ] as const) {
    const one = trial();
    // After the partitions were written and before they are read back.
    Object.assign(
      one.card.faults,
      onCall('sync', 2, () => one.card.plant(offset, wrong)),
    );
    const fault = await faultOf(one.burn(writeCard));
    assert.instance(fault, WrongBytes);
    assert.is((fault as WrongBytes).lost, lost);
    assert.is(Math.floor(fault.offset / block), offset / block);
    assert.is(one.couldStart(), null);
  }
});

test('what was to be wiped and was not is found, also at the end of the card', async () => {
  const { image, wipe } = trial();
  for (const offset of [
    wipe[0]!.offset,
    wipe.at(-1)!.offset + 512 * 5,
    3 << 20,
    image.raw.size - (1 << 20),
  ]) {
    const one = trial();
    Object.assign(
      one.card.faults,
      onCall('sync', 2, () => one.card.plant(offset, Buffer.from('old'))),
    );
    const fault = await faultOf(one.burn(writeCard));
    assert.is(fault.offset, offset);
  }
});

test('blocks that cannot be read or written are named by their first byte', async () => {
  const { image } = trial();
  const offset = image.mapped[3]!.first * block + 5 * block;
  for (const on of ['read', 'write'] as const) {
    const one = trial({ badBlocks: [{ offset, on }] });
    const fault = await faultOf(one.burn(writeCard));
    assert.is((fault as CardFault).kind, 'bad-block');
    assert.is(fault.offset, offset);
    assert.is(one.couldStart(), null);
  }
});

test('a card that moves little at a time is written whole', async () => {
  const one = trial({ longestTransfer: 12_288 });
  await one.burn(writeCard);
  assert.equal(one.differences(), []);
});

test('a card that is smaller than it says gives itself away', async () => {
  for (const beyond of ['wraps', 'wraps-past-head', 'zeros', 'noise'] as const) {
    const one = trial({ realSize: 8 << 20, beyond });
    await faultOf(one.burn(writeCard));
    assert.is(one.couldStart(), null, beyond);
  }
});

test('a card’s own memory that answers for what it did not keep', async () => {
  const { image } = trial();
  const offset = image.mapped[3]!.first * block;
  const one = trial({ cachedBytes: 256 * block, flips: [{ offset, mask: 1 }] });
  assert.is((await faultOf(one.burn(writeCard))).offset, offset);
});

test('what comes back from the kernel’s cache is not called verified', async () => {
  const one = trial();
  const { verified } = await one.burn(writeCard, { device: one.card.open({ throughCache: true }) });
  assert.not.ok(verified);
});

test('without reading back it says so', async () => {
  const one = trial({ flips: [{ offset: 5 << 20, mask: 1 }] });
  const { verified, readBack } = await one.burn(writeCard, { verify: false });
  assert.equal([verified, readBack], [false, 0]);
});

test('stopped: marked unfinished, says so, and is finished by the next run', async () => {
  for (const [kind, times] of [
    ['write', 2],
    ['write', 4],
    ['read', 2],
  ] as const) {
    const one = trial();
    const stop = new AbortController();
    Object.assign(
      one.card.faults,
      onCall(kind, times, () => stop.abort()),
    );
    await rejectedWith(
      one.burn(writeCard, { signal: stop.signal }),
      'INTERRUPTED',
      /marked unfinished; nothing starts from it/,
    );
    assert.is(readMarker(one.card.content(0, block))?.image, one.image.raw.sha256);
    assert.is(one.couldStart(one.phases.some(({ phase }) => phase === 'write')), null);
    await one.burn(writeCard);
    assert.equal(one.differences(), []);
  }
});

test('an image that changed in the cache is no card’s fault, and passes none', async () => {
  const { image } = trial();
  for (const { first } of [image.mapped[0]!, image.mapped[3]!]) {
    const one = trial();
    one.rawFile[first * block + 9]! ^= 1;
    await rejectedWith(one.burn(writeCard), 'FILE_UNUSABLE', /changed while cards were written/);
    assert.is(one.couldStart(), null);
  }
});

test('a card that is slow is waited for, and holds nobody up', async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = new BurnTrial(await smallRelease(join(folder, 'slow')), join(folder, 'slow-card'), {
    before: () => gate,
  });
  const running = slow.burn(writeCard);
  const quick = trial();
  await quick.burn(writeCard);
  assert.is(slow.card.written, 0);
  release();
  await running;
  assert.equal(slow.differences(), []);
});

test.run();

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BurnJob, burnCards, type CardWork, type UnitEntry } from '../../builder/burn/burn-cards.ts';
import type { CardEnd } from '../../builder/burn/burn-end.ts';
import type { BurnEvent } from '../../builder/burn/burn-event.ts';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { certificateText } from '../../builder/identity/certificate-text.ts';
import { judgeIdentity } from '../../builder/identity/judge-identity.ts';
import { authority, batchKey, certificateOfTest } from '../support/batch-trial.ts';
import { type CardFaults, SimulatedCard } from '../support/card-simulator.ts';
import { rejectedWith } from '../support/rejection.ts';
import { simulatedSlot } from '../support/simulated-slot.ts';
import { smallRelease } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('burn cards');
const folder = temporaryFolder('burn-cards');
const release = await smallRelease(join(folder, 'release'), {
  authorities: ['any: what is encoded is judged below'],
  unit: { secrets: [{ name: 'API_TOKEN', description: '', required: false }] },
});
const image = release.manifest.images[0]!;
const certificate = { ...certificateOfTest, release: release.digest };
const text = Buffer.from(certificateText(certificate), 'latin1');
const block = 4096;
const bodyBlock = image.mapped[3]!.first * block;

function cardWith(faults: CardFaults = {}): SimulatedCard {
  return new SimulatedCard(16 << 20, faults);
}

function work(number: number): CardWork {
  const serial = `ACME-${String(number).padStart(6, '0')}`;
  const unit = { serial, image, cluster: 'tiny', position: 'cxo-1', mac: null, deviceKey: null };
  return { image, unit: { ...unit, settings: { QUOTA: '5' }, secrets: { API_TOKEN: 'hidden-token' } } };
}

interface Run {
  readonly events: BurnEvent[];
  readonly ledger: UnitEntry[];
  readonly ends: readonly CardEnd[] | null;
  readonly error: BoardsmithError | null;
}

async function burn(change: Partial<BurnJob> & Pick<BurnJob, 'slots'>): Promise<Run> {
  const events: BurnEvent[] = [];
  const ledger: UnitEntry[] = [];
  const job: BurnJob = {
    releaseFolder: release.folder,
    release: release.digest,
    cache: join(folder, 'cache'),
    works: [work(1)],
    batch: { name: certificate.batch, certificate: { text, signature: authority.sign(text) }, key: batchKey },
    record: async (entry) => {
      if (entry.kind === 'unit') ledger.push(entry);
    },
    seenCard: () => [],
    seenUnit: () => [],
    probe: null,
    verify: true,
    once: false,
    operator: 'tester',
    signal: new AbortController().signal,
    ...change,
    onEvent: (event) => {
      events.push(event);
      change.onEvent?.(event);
    },
  };
  try {
    return { events, ledger, ends: await burnCards(job), error: null };
  } catch (error) {
    if (!(error instanceof BoardsmithError)) throw error;
    return { events, ledger, ends: null, error };
  } finally {
    assert.not.match(JSON.stringify([events, ledger]), 'hidden');
  }
}

const named = (events: readonly BurnEvent[], name: BurnEvent['event']) =>
  events.filter(({ event }) => event === name);

test('two slots, five units: each slot takes the next one when its card was changed; each card holds its own identity', async () => {
  const cards = Array.from({ length: 6 }, () => cardWith());
  const slots = [simulatedSlot('/dev/a', cards.slice(0, 3)), simulatedSlot('/dev/b', cards.slice(3))];
  const { events, ledger, error } = await burn({ works: [1, 2, 3, 4, 5].map(work), slots });
  assert.is(error, null);
  assert.equal(
    ledger.map(({ serial }) => serial).sort(),
    [1, 2, 3, 4, 5].map((n) => work(n).unit!.serial),
  );
  assert.is(new Set(ledger.map(({ devicePublicKey }) => devicePublicKey)).size, 5);
  const place = image.partitions.find(({ name }) => name === 'identity')!;
  for (const [index, entry] of ledger.entries()) {
    const [path, number] = entry.card.split(' ') as [string, string];
    const card = cards[(path === '/dev/a' ? 0 : 3) + Number(number)]!;
    const judged = judgeIdentity(card.content(place.offset, place.size), {
      authorities: [authority.publicKey],
      image: image.name,
      release: release.digest,
    });
    assert.equal(judged.problems, []);
    assert.is(judged.unit!.serial, entry.serial, String(index));
    assert.is(judged.unit!.devicePublicKey, entry.devicePublicKey);
    assert.equal(judged.unit!.secrets, { API_TOKEN: 'hidden-token' });
  }
  assert.is(named(events, 'change-card').length, 3);
  assert.equal(events.at(-1), {
    event: 'end',
    verified: 5,
    notVerified: 0,
    failed: 0,
    left: [],
    code: 'OK',
  });
});

test('the backup table in the last sector goes, whatever the size of the card', async () => {
  for (const size of [image.raw.size, image.raw.size + 512, (15 << 20) + 5 * 512, 64 << 20]) {
    const card = new SimulatedCard(size);
    card.plant(size - 512, Buffer.from('EFI PART'));
    const { error } = await burn({ slots: [simulatedSlot('/dev/a', [card])] });
    assert.is(error, null, String(size));
    const end = card.content(size - 512, 512);
    const expected = size === image.raw.size ? release.raw[image.name]!.subarray(-512) : Buffer.alloc(512);
    assert.ok(end.equals(expected), String(size));
  }
});

test('the line of the ledger', async () => {
  const { ledger } = await burn({ slots: [simulatedSlot('/dev/a', [cardWith()])] });
  const { devicePublicKey, ...rest } = ledger[0]!;
  assert.match(devicePublicKey, /^[0-9a-f]{64}$/);
  assert.equal(rest, {
    kind: 'unit',
    batch: '2026-11-a',
    serial: 'ACME-000001',
    image: 'cxo-test-board',
    imageSha256: image.raw.sha256,
    release: release.digest,
    card: '/dev/a 0',
    cardSize: 16 << 20,
    mac: null,
    cluster: 'tiny',
    position: 'cxo-1',
    settings: ['QUOTA'],
    secrets: ['API_TOKEN'],
    result: 'verified',
    fault: null,
    operator: 'tester',
  });
});

test('the ledger has a unit begun before its card gets a byte', async () => {
  const kinds: string[] = [];
  const record: BurnJob['record'] = async ({ kind, serial, card }) =>
    void kinds.push(`${kind} ${serial} ${card}`);
  await burn({ slots: [simulatedSlot('/dev/a', [cardWith()])], record });
  assert.equal(kinds, ['unit-begun ACME-000001 /dev/a 0', 'unit ACME-000001 /dev/a 0']);
  const card = cardWith();
  const old = Buffer.alloc(512, 'an old card');
  card.plant(0, old);
  const full: BurnJob['record'] = async () => {
    throw new BoardsmithError('FILE_UNUSABLE', 'the disk is full', { hint: 'make room' });
  };
  const { error } = await burn({ slots: [simulatedSlot('/dev/a', [card])], record: full });
  assert.match(error?.message ?? '', /unit ACME-000001 \(begun\) is not in the ledger/);
  assert.ok(card.content(0, 512).equals(old), 'nothing was written');
});

/** What a card can do wrong, with its event and the line in the ledger; the process then ends with 15. */
const faults: readonly (readonly [string, CardFaults, string, number | null])[] = [
  ['a bit flips', { flips: [{ offset: bodyBlock + 5, mask: 1 }] }, 'wrong-bytes', bodyBlock + 5],
  ['a block cannot be written', { badBlocks: [{ offset: bodyBlock, on: 'write' }] }, 'bad-block', bodyBlock],
  ['a block cannot be read', { badBlocks: [{ offset: bodyBlock, on: 'read' }] }, 'bad-block', bodyBlock],
  ['write-protected', { writeProtected: true }, 'write-protected', 0],
  ['smaller than it says', { realSize: 8 << 20, beyond: 'zeros' }, 'wrong-bytes', null],
];
for (const [name, fault, kind, offset] of faults) {
  test(`${name}: its event, its line in the ledger, the end`, async () => {
    const { events, ledger, error } = await burn({
      slots: [simulatedSlot('/dev/a', [cardWith(fault)])],
      once: true,
    });
    assert.is(error?.code, 'CARD_BAD');
    const [failed] = named(events, 'failed') as Extract<BurnEvent, { event: 'failed' }>[];
    assert.is(failed!.fault, kind);
    if (offset !== null) assert.is(failed!.offset, offset);
    assert.is(ledger.length, 1);
    assert.is(ledger[0]!.result, 'failed');
    assert.equal(ledger[0]!.fault, { what: failed!.what, offset: failed!.offset });
    assert.match(error!.problems[0]!, '/dev/a (unit ACME-000001)');
    assert.equal((events.at(-1) as { readonly left: readonly string[] }).left, ['ACME-000001']);
  });
}

test('a unit whose card was bad is given to the next card of that slot, and all is well', async () => {
  const bad = cardWith({ flips: [{ offset: bodyBlock, mask: 1 }] });
  const slot = simulatedSlot('/dev/a', [bad, cardWith()]);
  const { ledger, error } = await burn({ slots: [slot] });
  assert.is(error, null);
  assert.equal(
    ledger.map(({ serial, result }) => [serial, result]),
    [
      ['ACME-000001', 'failed'],
      ['ACME-000001', 'verified'],
    ],
  );
  assert.equal(slot.released, [false, true]);
});

test('a card that was pulled out fails alone; put in again it is finished', async () => {
  const pulled = cardWith({ pulledAfter: 11 << 20 });
  const slots = [simulatedSlot('/dev/a', [pulled, pulled]), simulatedSlot('/dev/b', [cardWith()])];
  const { events, ledger, error } = await burn({ works: [work(1), work(2)], slots });
  assert.is(error, null);
  assert.equal(ledger.map(({ serial, result }) => `${serial} ${result}`).sort(), [
    'ACME-000001 failed',
    'ACME-000001 verified',
    'ACME-000002 verified',
  ]);
  const done = named(events, 'done') as Extract<BurnEvent, { event: 'done' }>[];
  assert.ok(done.find(({ unit }) => unit === 'ACME-000001')!.resumed > 1 << 20);
});

test('different ends: bad cards count before refused ones', async () => {
  const slots = [
    simulatedSlot('/dev/a', [null]),
    simulatedSlot('/dev/b', [cardWith({ flips: [{ offset: bodyBlock, mask: 1 }] })]),
    simulatedSlot('/dev/c', [cardWith()]),
  ];
  const { error, ledger } = await burn({ works: [1, 2, 3].map(work), slots, once: true });
  assert.is(error?.code, 'CARD_BAD');
  assert.is(error!.problems.length, 2);
  // A refused disk was not written: the ledger has nothing to tell of it.
  assert.is(ledger.length, 2);
  const refused = await burn({ slots: [simulatedSlot('/dev/a', [null])], once: true });
  assert.is(refused.error?.code, 'DISK_REFUSED');
});

test('stopped: says so, the ledger too', async () => {
  const stop = new AbortController();
  let seen = 0;
  const card = cardWith({
    before: ({ kind }) => {
      seen += kind === 'write' ? 1 : 0;
      if (seen === 4) stop.abort();
    },
  });
  const { error, ledger, events } = await burn({
    slots: [simulatedSlot('/dev/a', [card])],
    signal: stop.signal,
  });
  assert.is(error?.code, 'INTERRUPTED');
  assert.equal([ledger.length, ledger[0]!.result], [1, 'failed']);
  assert.match(ledger[0]!.fault!.what, 'marked unfinished');
  assert.is(named(events, 'change-card').length, 0);
});

test('stopped while it waits for a card', async () => {
  const stop = new AbortController();
  const slot = simulatedSlot('/dev/a', [cardWith()]);
  const onEvent = (event: BurnEvent): void => {
    if (event.event === 'change-card') setImmediate(() => stop.abort());
  };
  const { error, ledger } = await burn({
    works: [work(1), work(2)],
    slots: [slot],
    signal: stop.signal,
    onEvent,
  });
  assert.is(error?.code, 'INTERRUPTED');
  assert.is(ledger.length, 1);
});

test('a ledger that cannot be written ends everything and names the unit', async () => {
  const record: BurnJob['record'] = async ({ kind }) => {
    if (kind === 'unit') throw new BoardsmithError('LEDGER_INVALID', 'another line came', { hint: 'look' });
  };
  const { error } = await burn({ slots: [simulatedSlot('/dev/a', [cardWith()])], record });
  assert.is(error?.code, 'LEDGER_INVALID');
  assert.match(error!.message, 'unit ACME-000001 (verified) is not in the ledger');
});

test('a card that the ledger knows is burnt with a warning', async () => {
  const { events } = await burn({
    slots: [simulatedSlot('/dev/a', [cardWith()])],
    seenCard: () => ['ACME-000009'],
  });
  assert.match((named(events, 'warning')[0] as { what: string }).what, 'ACME-000009');
});

test('a card that fails the probe is not written; what was begun is not probed again', async () => {
  const fake = { fault: 'counterfeit' as const, what: 'it has 8 MiB', offset: 8 << 20 };
  const card = cardWith();
  const { error, ledger } = await burn({
    slots: [simulatedSlot('/dev/a', [card])],
    once: true,
    probe: async () => fake,
  });
  assert.is(error?.code, 'CARD_BAD');
  assert.is(card.written, 0);
  assert.equal(ledger[0]!.fault, { what: 'it has 8 MiB', offset: 8 << 20 });
  let probes = 0;
  const pulled = cardWith({ pulledAfter: 11 << 20 });
  const again = await burn({
    slots: [simulatedSlot('/dev/p', [pulled, pulled])],
    probe: async () => {
      probes += 1;
      return null;
    },
  });
  assert.equal([again.error, probes], [null, 1]);
});

test('what was begun without a probe is probed when somebody goes on with one', async () => {
  const card = cardWith({ pulledAfter: 11 << 20 });
  await burn({ slots: [simulatedSlot('/dev/q', [card])], once: true });
  card.putBack();
  let probes = 0;
  const { error } = await burn({
    slots: [simulatedSlot('/dev/q', [card])],
    probe: async () => {
      probes += 1;
      return null;
    },
  });
  assert.equal([error, probes], [null, 1]);
});

test('the image is decompressed once, checked when it is used again, and made anew when it was damaged', async () => {
  const cache = join(folder, 'other-cache');
  const run = async () => {
    const { events } = await burn({ slots: [simulatedSlot('/dev/a', [cardWith()])], cache });
    return (named(events, 'image')[0] as { cached: boolean }).cached;
  };
  assert.equal([await run(), await run()], [false, true]);
  const images = join(cache, 'burn/images');
  assert.equal(readdirSync(images), [`${image.raw.sha256}.img`]);
  const file = join(images, `${image.raw.sha256}.img`);
  assert.ok(readFileSync(file).equals(release.raw[image.name]!));
  assert.ok(statSync(file).blocks * 512 < image.raw.size / 2, 'it is sparse');
  const damaged = Buffer.from(release.raw[image.name]!);
  damaged[5 << 20]! ^= 1;
  writeFileSync(file, damaged);
  assert.is(await run(), false);
});

test('without reading back, a card still gets nothing but what was checked', async () => {
  const cache = join(folder, 'swapped');
  const file = join(cache, 'burn/images', `${image.raw.sha256}.img`);
  const changed = Buffer.from(release.raw[image.name]!);
  changed[bodyBlock + 100]! ^= 1;
  // Another file of its name: what was checked stays open. The same file, changed: what is read is not what was checked.
  const swaps: ((name: string) => void)[] = [
    () => {
      writeFileSync(`${file}.other`, changed);
      renameSync(`${file}.other`, file);
    },
    () => writeFileSync(file, changed),
  ];
  for (const cached of [false, true]) {
    for (const [index, swap] of swaps.entries()) {
      rmSync(file, { force: true });
      if (cached) {
        mkdirSync(join(cache, 'burn/images'), { recursive: true });
        writeFileSync(file, release.raw[image.name]!);
      }
      const card = cardWith();
      const { ends, error } = await burn({
        slots: [simulatedSlot('/dev/a', [card])],
        cache,
        verify: false,
        works: [{ image, unit: null }],
        onEvent: ({ event }) => {
          if (event === 'image') swap(file);
        },
      });
      if (index === 0) {
        assert.is(ends?.[0]?.result, 'not-verified');
        const end = release.raw[image.name]!.length;
        assert.ok(card.content(0, end).equals(release.raw[image.name]!));
      } else {
        assert.is(error?.code, 'FILE_UNUSABLE');
        assert.match(error!.message, /changed while cards were written from it/);
        assert.is(card.content(510, 2).readUInt16LE(), 0, 'nothing starts from it');
      }
    }
  }
});

test('a packed image that is not what was signed: cut, another, longer', async () => {
  const bad = await smallRelease(join(folder, 'bad'));
  const [one, other] = bad.manifest.images as [typeof image, typeof image];
  const packed = readFileSync(join(bad.folder, one.zstd));
  const cases: readonly (readonly [Buffer, RegExp])[] = [
    [packed.subarray(0, packed.length - 50), /damaged|bytes, not/],
    [readFileSync(join(bad.folder, other.zstd)), /sha256 is another/],
    [Buffer.concat([packed, packed]), /more than/],
    [Buffer.from('no zstd at all'), /damaged/],
  ];
  for (const [content, message] of cases) {
    writeFileSync(join(bad.folder, one.zstd), content);
    const cache = join(folder, 'bad-cache');
    const run = burnCards({
      ...{ releaseFolder: bad.folder, release: bad.digest, cache, works: [{ image: one, unit: null }] },
      ...{ slots: [], batch: null, record: null, seenCard: () => [], seenUnit: () => [] },
      ...{ probe: null, verify: true, once: true },
      ...{ operator: '', signal: new AbortController().signal, onEvent: () => undefined },
    });
    await rejectedWith(run, 'RELEASE_INVALID', message);
    assert.equal(readdirSync(join(cache, 'burn/images')), []);
  }
});

test.run();

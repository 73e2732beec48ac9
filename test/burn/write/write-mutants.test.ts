import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cardBuffers } from '../../../builder/burn/write/card-buffers.ts';
import { writeCard } from '../../../builder/burn/write/write-card.ts';
import { BurnTrial } from '../../support/burn-trial.ts';
import type { CardFaults } from '../../support/card-simulator.ts';
import { smallRelease } from '../../support/small-release.ts';
import { mutatedModule, type SourceMutation } from '../../support/source-mutant.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('write mutants');
const folder = temporaryFolder('write-mutants');
const release = await smallRelease(join(folder, 'release'));
const buffers = cardBuffers();
type Write = typeof writeCard;
let count = 0;

function trial(faults: CardFaults = {}): BurnTrial {
  count += 1;
  return new BurnTrial(release, join(folder, String(count)), faults, buffers);
}

/** Each says what went wrong, or null. */
const probes = {
  'a flipped bit is found': async (write: Write) => {
    const one = trial();
    const offset = one.image.mapped[3]!.first * 4096 + 77;
    one.card.faults.flips = [{ offset, mask: 1 }];
    const verdict = await one.burn(write).then(
      () => 'passed',
      (error: Error) => error.name,
    );
    return verdict === 'WrongBytes' ? null : verdict;
  },
  'the card holds what it must': async (write: Write) => {
    const one = trial();
    await one.burn(write);
    return one.differences()[0] ?? null;
  },
  'pulled out at any time it does not start': async (write: Write) => {
    for (let pulledAfter = 7 << 20; pulledAfter < 13 << 20; pulledAfter += 1 << 20) {
      const one = trial({ pulledAfter });
      await one.burn(write).catch(() => undefined);
      const start = one.couldStart();
      if (start !== null) return start;
    }
    return null;
  },
  'what was changed in the meantime is not taken up': async (write: Write) => {
    const one = trial({ pulledAfter: 11 << 20 });
    await one.burn(write).catch(() => undefined);
    one.card.putBack();
    one.card.plant(one.image.partitions[0]!.offset + 4096, Buffer.from('changed'));
    await one.burn(write, { verify: false });
    return one.differences()[0] ?? null;
  },
  'another card is not taken for the one that was begun': async (write: Write) => {
    const one = trial({ pulledAfter: 11 << 20 });
    await one.burn(write).catch(() => undefined);
    one.card.putBack();
    one.card.plant(0, Buffer.alloc(4096, 0x5a));
    return (await one.burn(write)).resumed === 0 ? null : 'taken up';
  },
  'a changed image passes no card': async (write: Write) => {
    const one = trial();
    one.rawFile[one.image.mapped[3]!.first * 4096]! ^= 1;
    return await one.burn(write).then(
      () => 'passed',
      () => null,
    );
  },
  'a card that was wrong at the very end does not start': async (write: Write) => {
    const one = trial({ flips: [{ offset: 5, mask: 1 }] });
    await one.burn(write).catch(() => undefined);
    return one.couldStart();
  },
} satisfies Record<string, (write: Write) => Promise<string | null>>;

const plan = 'builder/burn/write/card-plan.ts';
const writer = 'builder/burn/write/write-card.ts';
const compare = 'builder/burn/write/compare-transfers.ts';
const mutants: readonly (readonly [string, keyof typeof probes, SourceMutation])[] = [
  [
    'nothing is compared',
    'a flipped bit is found',
    {
      file: compare,
      from: 'if (Buffer.compare(expected, back) === 0) return;',
      to: 'if (expected !== back) return;',
    },
  ],
  [
    'the digests of the manifest are not held',
    'a changed image passes no card',
    { file: compare, from: 'if (digest !== range.sha256) return false;', to: '' },
  ],
  [
    'nothing is wiped in the partitions',
    'the card holds what it must',
    { file: plan, from: 'clip(wipe, headEnd, bodyEnd)', to: 'clip([], headEnd, bodyEnd)' },
  ],
  [
    'the end of the card is not wiped',
    'the card holds what it must',
    { file: plan, from: '...clip(wipe, size, Number.POSITIVE_INFINITY),', to: '' },
  ],
  [
    'the table comes first',
    'pulled out at any time it does not start',
    { file: plan, from: "{ ...sealed, content: 'marker' }", to: "{ ...sealed, content: 'image' }" },
  ],
  [
    'no marker',
    'pulled out at any time it does not start',
    { file: plan, from: "[{ ...sealed, content: 'marker' }, ", to: '[' },
  ],
  [
    'an earlier attempt is trusted',
    'what was changed in the meantime is not taken up',
    {
      file: writer,
      from: "await this.#compare('check', this.#body.slice(0, claimed), [], () => {\n        good += 1;\n      });",
      to: 'good = claimed;',
    },
  ],
  [
    'any marker will do',
    'another card is not taken for the one that was begun',
    {
      file: 'builder/burn/write/earlier-attempt.ts',
      from: 'marker?.attempt === entry.attempt && marker.image === raw.sha256 ? entry',
      to: 'marker !== undefined ? entry',
    },
  ],
  [
    'the marker does not come back',
    'a card that was wrong at the very end does not start',
    { file: writer, from: 'await unseal().catch(() => undefined);', to: 'unseal.name;' },
  ],
];

for (const [name, probe] of Object.entries(probes)) {
  test(name, async () => assert.is(await probe(writeCard), null));
}

for (const [name, probe, mutation] of mutants) {
  test(`mutant: ${name}`, async () => {
    const module = (await import(mutatedModule(mutation, 'write-card.ts'))) as { writeCard: Write };
    assert.is.not(await probes[probe](module.writeCard), null);
  });
}

test.run();

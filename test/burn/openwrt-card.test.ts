import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readUnits } from '../../builder/burn/units/read-units.ts';
import { planWipe } from '../../builder/burn/wipe/plan-wipe.ts';
import { cardBuffers } from '../../builder/burn/write/card-buffers.ts';
import { Journal } from '../../builder/burn/write/journal.ts';
import { writeCard } from '../../builder/burn/write/write-card.ts';
import { encodeIdentity } from '../../builder/identity/identity-partition.ts';
import { type CardVerdict, verifyCard } from '../../builder/release/verify/verify-card.ts';
import { verifyRelease } from '../../builder/release/verify/verify-release.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { unitSecrets } from '../../openwrt/release/closed/unit-settings.ts';
import { authority, batchKey, certificateOfTest, signedBy, unitOfTest } from '../support/batch-trial.ts';
import { SimulatedCard } from '../support/card-simulator.ts';
import { rejectedWith } from '../support/rejection.ts';
import { noise, smallRelease } from '../support/small-release.ts';
import { mutatedModule } from '../support/source-mutant.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A router that is an OpenWrt release, from its release to a card: its table, its overlay and its secrets. */
const test = suite("a card of OpenWrt's");
const folder = temporaryFolder('openwrt-card');
const cardSize = 18 << 20;
const { signal } = new AbortController();
const services = { web: true, ssh: null, serialLogin: false, failsafe: false };
const secrets = unitSecrets({ services, policy: [] }).map((secret) => ({ ...secret, required: true }));
const release = await smallRelease(join(folder, 'release'), {
  authorities: [publicKeyLine(authority.publicKey)],
  openwrt: { secrets },
});
const { manifest, digest } = release;
const image = manifest.images.find(({ recipe }) => recipe === 'router')!;
const raw = release.raw[image.name]!;
const place = Object.fromEntries(image.partitions.map((one) => [one.name, one]));
const hash = `$6$salt$${'x'.repeat(86)}`;
const identity = encodeIdentity(
  signedBy(authority, { ...certificateOfTest, release: digest }),
  {
    ...unitOfTest,
    image: image.name,
    position: 'router',
    settings: {},
    secrets: { ROOT_PASSWORD_HASH: hash },
  },
  batchKey,
);

/** Burns a card on which another system lies everywhere. */
async function burn(write = writeCard, wipe = planWipe): Promise<SimulatedCard> {
  const card = new SimulatedCard(cardSize, {});
  card.plant(0, noise('old card', cardSize));
  const device = card.open();
  try {
    await write({
      ...{ device, image, identity, probed: true, verify: true, signal, onProgress: () => {} },
      raw: {
        path: 'raw',
        read: async (offset, into) => void into.set(raw.subarray(offset, offset + into.length)),
        close: async () => {},
      },
      wipe: wipe(image, cardSize),
      buffers: cardBuffers(),
      journal: new Journal(join(folder, 'journal'), 'simulated', image.raw.sha256),
    });
  } finally {
    await device.close();
  }
  return card;
}

const burnt = await burn();
const content = burnt.content(0, cardSize);
const whole = Buffer.from(raw);
identity.copy(whole, place.identity!.offset);

async function verdictOn(bytes: Buffer, named: string | undefined = image.name): Promise<CardVerdict> {
  const file = join(folder, 'card');
  await writeFile(file, bytes);
  return await verifyCard(file, manifest, digest, {
    signal,
    ...(named === undefined ? {} : { image: named }),
  });
}

test('the release is sound, with an image of another table in it', async () => {
  const { problems } = await verifyRelease(release.folder, { keys: [release.signers[0]!.publicKey], signal });
  assert.equal(problems, []);
});

test('burnt over another system it is the image with the identity, and of its partitions nothing else is left', () => {
  assert.ok(content.subarray(0, raw.length).equals(whole));
});

test('an overlay of an earlier life lies behind the root, where the image is empty', async () => {
  const behind = place.p2!.offset + (5 << 19);
  assert.ok(raw.subarray(behind, behind + 4096).every((byte) => byte === 0));
  const from = 'wiped.push(...signaturePlaces(place), ...reliedOn(name, place, content));';
  const file = 'builder/burn/wipe/plan-wipe.ts';
  const to = 'wiped.push(...signaturePlaces(place));';
  const mutant = (await import(mutatedModule({ file, from, to }, 'plan-wipe.ts'))) as {
    planWipe: typeof planWipe;
  };
  const kept = (await burn(writeCard, mutant.planWipe)).content(behind, 4096);
  assert.not.ok(kept.every((byte) => byte === 0));
});

test('a card is known by its root, and sound; only its identity differs from the image', async () => {
  const verdict = await verdictOn(content, undefined);
  assert.is(verdict.image, image.name);
  assert.equal(verdict.problems, []);
  assert.is(verdict.identity?.unit?.position, 'router');
  assert.equal(verdict.differences, []);
});

test('an overlay behind the root is a problem, wherever it lies; so is anything between the partitions', async () => {
  const { offset, size } = place.p2!;
  for (const [at, where] of [
    [offset + (5 << 19), 'p2'],
    [offset + size - 1, 'p2 and boot loader'],
    [place.p1!.offset - 5000, 'boot loader'],
    [place.identity!.offset - 1, 'boot loader'],
  ] as const) {
    const used = Buffer.from(content);
    used[at] = 1;
    const { problems } = await verdictOn(used);
    assert.equal(
      problems.map((problem) => [problem.where, problem.message.slice(0, 40)]),
      [[where, `byte ${at} is not zero, though the image holds`.slice(0, 40)]],
    );
  }
  const short = await verdictOn(content.subarray(0, offset + size - 8192));
  assert.match(short.problems.map(({ message }) => message).join(), /it ends at byte/);
});

test('a changed byte in any mapped range is a problem: nothing may differ', async () => {
  for (const { first, last } of image.mapped) {
    for (const at of [first * 4096 + 3000, last * 4096]) {
      const changed = Buffer.from(content);
      changed[at]! ^= 1;
      const { problems } = await verdictOn(changed);
      assert.ok(problems.length > 0, `byte ${at}`);
    }
  }
});

/** A check of a card that is taken out, and a card that then passes. */
const checks: readonly (readonly [what: string, from: string, to: string, at: number])[] = [
  ['what lies behind the root', 'emptyPlaces(image)', '[]', place.p2!.offset + (5 << 19)],
  [
    'that nothing but the identity differs',
    'openwrt: ofEachUnit',
    "openwrt: { p1: 'grows', p2: 'grows', 'boot loader': 'grows' }",
    place.p2!.offset + 8192,
  ],
];
for (const [what, from, to, at] of checks) {
  test(`mutant: ${what}`, async () => {
    const changed = Buffer.from(content);
    changed[at]! ^= 1;
    assert.ok((await verdictOn(changed)).problems.length > 0);
    const file = 'builder/release/verify/verify-card.ts';
    const mutant = (await import(mutatedModule({ file, from, to }, 'verify-card.ts'))) as {
      verifyCard: typeof verifyCard;
    };
    const options = { signal, image: image.name };
    const { problems } = await mutant.verifyCard(join(folder, 'card'), manifest, digest, options);
    assert.equal(problems, []);
  });
}

test('a table that names another partition is a problem, twice', async () => {
  const changed = Buffer.from(content);
  changed[446 + 32 + 4] = 0x83;
  changed.writeUInt32LE(10 * 2048, 446 + 32 + 8);
  changed.writeUInt32LE(2048, 446 + 32 + 12);
  const messages = (await verdictOn(changed)).problems.map(({ where, message }) => `${where}: ${message}`);
  assert.match(
    messages.join('\n'),
    /partition table: it has p3 at 10485760 with 1048576 bytes, which nobody/,
  );
  const longer = Buffer.from(content);
  longer.writeUInt32LE(5 * 2048, 446 + 16 + 12);
  const others = (await verdictOn(longer)).problems.map(({ message }) => message).join('\n');
  assert.match(others, /it has no p2 at/);
  assert.match(others, /it has p2 at/);
  longer[510] = 0;
  const none = (await verdictOn(longer)).problems.map(({ message }) => message).join('\n');
  assert.match(none, /there is no partition table/);
});

test('a card without the secrets that its router needs is a problem', async () => {
  const { problems } = await verdictOn(Buffer.from(raw));
  assert.match(problems.map(({ message }) => message).join('\n'), /needs ROOT_PASSWORD_HASH/);
});

test('a list of units: a value that the router would refuse is refused before', async () => {
  const context = { manifest, certificate: { ...certificateOfTest, release: digest }, image: null };
  const list = async (value: string) => {
    const file = join(folder, 'units.csv');
    await writeFile(file, `serial,position,ROOT_PASSWORD_HASH\nACME-000001,router,${value}\n`, {
      mode: 0o600,
    });
    return await readUnits(file, context);
  };
  assert.equal((await list(hash))[0]!.secrets, { ROOT_PASSWORD_HASH: hash });
  const { problems } = await rejectedWith(list('hidden-word'), 'UNITS_INVALID', /1 mistake/);
  assert.match(
    problems.join(),
    /:2:20: ROOT_PASSWORD_HASH is not of the form that router-test-board takes; give another \(hash of root/,
  );
  assert.not.match(problems.join(), 'hidden');
  const missing = await rejectedWith(list(''), 'UNITS_INVALID', /1 mistake/);
  assert.match(missing.problems.join(), /ROOT_PASSWORD_HASH is missing/);
});

test.run();

import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { certificateText } from '../../builder/identity/certificate-text.ts';
import { encodeIdentity, longestIdentity } from '../../builder/identity/identity-partition.ts';
import { judgeIdentity } from '../../builder/identity/judge-identity.ts';
import { unitText } from '../../builder/identity/unit-text.ts';
import { planSource } from '../../builder/init/plan-source.ts';
import {
  authority,
  batchKey,
  certificateOfTest,
  signedBy,
  stranger,
  unitOfTest,
} from '../support/batch-trial.ts';
import { compileInitOnHost } from '../support/init-on-host.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { findTestZig } from '../support/zig.ts';
import { probeBoard, probeFacts, probeRecipe } from './probe-appliance.ts';

/** As in overlays/init/unit_answer.h. */
const verdicts = [
  'not-asked',
  'sound',
  'none',
  'unreadable',
  'malformed',
  'unknown-authority',
  'certificate-text',
  'not-of-batch',
  'record-text',
  'other-serial',
  'other-image',
  'unknown-value',
] as const;
type Verdict = (typeof verdicts)[number];

const folder = temporaryFolder('identity-on-host');
const program = await compileInitOnHost(
  await findTestZig(),
  'identity',
  planSource(probeRecipe, probeBoard, probeFacts),
  join(folder, 'build'),
);
const key = Buffer.from(authority.publicKey.bytes).toString('hex');
const run = async (...args: string[]): Promise<string[]> =>
  (await execa(program, [key, ...args])).stdout.split('\n');

const fixtures = join(import.meta.dirname, '../fixtures/identity');
const partitionSize = 1 << 20;
const inPartition = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(partitionSize - bytes.length)]);
const sound = encodeIdentity(signedBy(authority), unitOfTest, batchKey);
const end = sound.findLastIndex((byte) => byte !== 0) + 1;

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = inPartition(sound);
  change(bytes);
  return bytes;
}

/** Texts of any content with good signatures, as only somebody with the keys can make them. */
function signedTexts(certificate: string | Buffer, record: string | Buffer): Buffer {
  const [one, two] = [Buffer.from(certificate), Buffer.from(record)];
  const head = Buffer.alloc(144);
  head.write('BSIDENT1');
  head.writeUInt32LE(one.length, 8);
  head.writeUInt32LE(two.length, 12);
  head.set(authority.sign(one), 16);
  head.set(batchKey.sign(two), 80);
  return inPartition(Buffer.concat([head, one, two]));
}

const certificate = certificateText(certificateOfTest);
const record = unitText(unitOfTest);
const otherKey = Buffer.from(stranger.publicKey.bytes).toString('hex');

const corpus: Readonly<Record<string, readonly [Verdict, Buffer]>> = {
  'a sound one': ['sound', inPartition(sound)],
  'one without anything that can be left out': [
    'sound',
    inPartition(
      encodeIdentity(
        signedBy(authority),
        { ...unitOfTest, mac: null, cluster: null, position: null, settings: {}, secrets: {} },
        batchKey,
      ),
    ),
  ],
  'one that ends with its partition': ['sound', sound.subarray(0, end)],
  zeros: ['none', Buffer.alloc(partitionSize)],
  'zeros and a byte at the end': [
    'malformed',
    Buffer.concat([Buffer.alloc(partitionSize - 1), Buffer.from('x')]),
  ],
  'zeros and a byte after what an identity can have': [
    'malformed',
    Buffer.concat([Buffer.alloc(longestIdentity), Buffer.from('x'), Buffer.alloc(999)]),
  ],
  'nothing at all': ['none', Buffer.alloc(0)],
  'half a head': ['malformed', sound.subarray(0, 143)],
  'another magic': ['malformed', changed((bytes) => bytes.write('BSIDENT2'))],
  'a certificate of no length': ['malformed', changed((bytes) => bytes.writeUInt32LE(0, 8))],
  'a record of no length': ['malformed', changed((bytes) => bytes.writeUInt32LE(0, 12))],
  'a certificate that is too long': ['malformed', changed((bytes) => bytes.writeUInt32LE(4097, 8))],
  'a record that is too long': ['malformed', changed((bytes) => bytes.writeUInt32LE(262145, 12))],
  'lengths that add up to little': ['malformed', changed((bytes) => bytes.writeUInt32LE(0xffffffff, 12))],
  'a record that ends behind the partition': ['malformed', sound.subarray(0, end - 1)],
  'something behind the record': ['malformed', changed((bytes) => bytes.write('x', end))],
  'something at the end of the partition': [
    'malformed',
    changed((bytes) => bytes.write('x', partitionSize - 1)),
  ],
  'a certificate of a stranger': [
    'unknown-authority',
    inPartition(encodeIdentity(signedBy(stranger), unitOfTest, batchKey)),
  ],
  'a certificate that the batch’s own key signed': [
    'unknown-authority',
    inPartition(encodeIdentity(signedBy(batchKey), unitOfTest, batchKey)),
  ],
  'a record that the authority signed itself': [
    'not-of-batch',
    changed((bytes) => bytes.set(authority.sign(Buffer.from(record, 'latin1')), 80)),
  ],
  'a record of a stranger': [
    'not-of-batch',
    changed((bytes) => bytes.set(stranger.sign(Buffer.from(record, 'latin1')), 80)),
  ],
  'the signatures exchanged': [
    'unknown-authority',
    changed((bytes) => {
      const first = Buffer.from(bytes.subarray(16, 80));
      bytes.copyWithin(16, 80, 144);
      bytes.set(first, 80);
    }),
  ],
  'a serial of another batch': [
    'other-serial',
    signedTexts(certificate.replace('ACME-000001..ACME-000500', 'ACME-000018..ACME-000500'), record),
  ],
  'a serial of another prefix': [
    'other-serial',
    signedTexts(certificate.replaceAll('ACME-0', 'ACMF-0'), record),
  ],
  'another image': [
    'other-image',
    signedTexts(certificate, record.replace('cxo-qemu-virt', 'wallet-qemu-virt')),
  ],
  'a setting that the image does not know': [
    'unknown-value',
    signedTexts(certificate, record.replace('setting: CXO_QUOTA_MIB', 'setting: CXO_QUOTA_GIB')),
  ],
  'a secret that is a setting of the image': [
    'unknown-value',
    signedTexts(certificate, record.replace('secret: API_TOKEN', 'secret: CXO_QUOTA_MIB')),
  ],
  'a certificate of another batch, whose key did not sign': [
    'not-of-batch',
    signedTexts(certificate.replace(/key: .*/, `key: ${otherKey}`), record),
  ],
};

for (const [name, [verdict, bytes]] of Object.entries(corpus)) {
  test(`${name}: ${verdict}`, async () => {
    const file = join(folder, 'partition');
    await writeFile(file, bytes);
    const [number] = await run('judge', file);
    assert.is(verdicts[Number(number)], verdict);
    const frames = await run('card', file);
    assert.is(frames.pop(), 'status 0');
    const last = frames.pop();
    assert.is(last, `65535 1 ${verdicts.indexOf(verdict).toString(16).padStart(2, '0')}`);
    if (verdict !== 'sound') assert.equal(frames, [], 'it says nothing else');
  });

  test(`${name}: the builder thinks likewise`, () => {
    // What settings an image knows, it cannot know.
    const judged = judgeIdentity(bytes, {
      ...{ authorities: [authority.publicKey], image: 'cxo-qemu-virt', release: null },
    }).verdict;
    if (verdict === 'unknown-value') return;
    assert.is(judged, verdict === 'sound' || verdict === 'none' ? verdict : 'refused');
  });
}

test('what a unit is given is said as it is', async () => {
  const file = join(folder, 'partition');
  await writeFile(file, inPartition(sound));
  const frames = (await run('card', file)).slice(0, -2).map((line) => line.split(' '));
  const said = new Map(frames.map(([index, , hex]) => [Number(index), Buffer.from(hex!, 'hex')]));
  assert.is(said.get(0xfff0)!.toString(), unitOfTest.serial);
  assert.is(said.get(0xfff1)!.toString('hex'), unitOfTest.mac!.replaceAll(':', ''));
  assert.is(said.get(0xfff2)!.toString(), unitOfTest.position);
  assert.is(said.get(0)!.toString(), unitOfTest.settings.CXO_QUOTA_MIB);
  assert.is(said.get(1)!.toString(), unitOfTest.settings.GREETING);
  assert.is(said.get(2)!.toString(), unitOfTest.secrets.API_TOKEN);
  assert.is(said.get(5)!.toString(), unitOfTest.devicePublicKey);
  assert.is(said.size, 9, 'the seed, which the image does not receive, is not said');
});

test('a disk that cannot be read is said to be so', async () => {
  const frames = await run('card', folder);
  assert.equal(frames, ['65535 1 03', 'status 0'], 'reading a folder is EISDIR');
});

test('children of PID 1 see nothing of the values, but for the one that they are shown to', async () => {
  assert.equal(await run('secret', '-'), ['""', '"very secret"', '""', '"very secret"']);
});

test('no bit of an identity can be changed', async () => {
  const file = join(folder, 'partition');
  await writeFile(file, sound);
  const [accepted, ...refused] = await run('flip', file);
  assert.is(accepted, 'accepted 0');
  const total = refused.reduce((sum, line) => sum + Number(line.split(': ')[1]), 0);
  assert.is(total, (end + 16) * 8);
});

for (const seed of [1, 2026, 4242]) {
  test(`changed texts are read within their bounds, seed ${seed}`, async () => {
    const file = join(folder, 'partition');
    await writeFile(file, sound);
    const [line] = await run('mutate', file, String(seed));
    const [refused] = line!.split(' ');
    assert.ok(Number(refused) > 150_000 && Number(refused) < 200_000, line);
  });
}

/** Texts that init takes and the builder does not: it does not compute public keys nor read UTF-8, and what it does not know it refuses as a value. */
const onlyTheBuilder: readonly string[] = [
  'device-key-of-another.unit',
  'secret-not-utf8.unit',
  'setting-and-secret.unit',
  'settings-51.unit',
];

for (const kind of ['certificate', 'unit'] as const) {
  test(`every malformed text of a ${kind} is refused on the board, too, even with a good signature`, async () => {
    const names = readdirSync(join(fixtures, kind)).filter((name) => !name.endsWith('.txt'));
    const answers = await run(kind, ...names.map((name) => join(fixtures, kind, name)));
    const taken = names.filter((_, index) => answers[index] === '1');
    // A certificate that is too long is refused by its length, before it is read.
    assert.equal(
      taken.filter((name) => !onlyTheBuilder.includes(name) && name !== 'too-long.cert'),
      [],
    );
  });
}

test('a unit of test is the one in the fixture', async () => {
  assert.equal(await run('unit', join(fixtures, 'unit-of-test.unit')), ['1']);
  assert.is(readFileSync(join(fixtures, 'unit-of-test.unit'), 'latin1'), record);
});

test.run();

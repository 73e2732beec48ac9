import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeIdentity } from '../../../builder/identity/identity-partition.ts';
import { gptPieces } from '../../../builder/image/gpt.ts';
import { layout } from '../../../builder/image/layout.ts';
import { type CardVerdict, verifyCard } from '../../../builder/release/verify/verify-card.ts';
import { publicKeyLine } from '../../../builder/signature/public-key.ts';
import {
  authority,
  batchKey,
  certificateOfTest,
  signedBy,
  stranger,
  unitOfTest,
} from '../../support/batch-trial.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { smallRelease } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testBoard } from '../../support/test-board.ts';

const test = suite('a card against its release');
const folder = temporaryFolder('verify-card');
const release = await smallRelease(join(folder, 'release'), {
  authorities: [publicKeyLine(authority.publicKey)],
});
const name = 'cxo-test-board';
const image = release.manifest.images.find((one) => one.name === name)!;
const raw = release.raw[name]!;
const { signal } = new AbortController();
const card = join(folder, 'card');

async function verdictOn(bytes: Uint8Array, named?: string): Promise<CardVerdict> {
  await writeFile(card, bytes);
  const options = { signal, ...(named === undefined ? {} : { image: named }) };
  return await verifyCard(card, release.manifest, release.digest, options);
}

function flipped(at: number): Buffer {
  const bytes = Buffer.from(raw);
  bytes[at]! ^= 1;
  return bytes;
}

function partition(wanted: string): { offset: number; size: number } {
  return image.partitions.find((one) => one.name === wanted)!;
}

test('the image itself has no difference, on a card of any size', async () => {
  for (const bytes of [raw, Buffer.concat([raw, Buffer.alloc(1 << 20, 7)])]) {
    const verdict = await verdictOn(bytes);
    assert.equal([verdict.problems, verdict.differences], [[], []]);
    assert.is(verdict.image, name);
    assert.is(verdict.identity?.verdict, 'none');
  }
});

test('each image of a release is known by its root', async () => {
  assert.is((await verdictOn(release.raw['router-test-board']!)).image, 'router-test-board');
});

test('a changed byte in every mapped range is a problem, or (where a card may differ) a difference', async () => {
  const found: string[] = [];
  for (const { first, last } of image.mapped) {
    for (const at of [first * 4096 + 3000, (last + 1) * 4096 - 1]) {
      const { problems, differences } = await verdictOn(flipped(Math.min(at, raw.length - 1)), name);
      assert.is(problems.length + differences.length > 0, true, `byte ${at}`);
      found.push(
        ...problems.map(({ where }) => `! ${where}`),
        ...differences.map(({ partition: area }) => area),
      );
    }
  }
  assert.equal([...new Set(found)].sort(), [
    '! boot loader',
    '! boot-a',
    '! partition table',
    '! root-a',
    'data',
    'partition table',
  ]);
});

test('of a changed byte the card says where it lies', async () => {
  const { problems } = await verdictOn(flipped(partition('root-a').offset + 5000), name);
  assert.match(
    problems[0]!.message,
    new RegExp(`^bytes ${partition('root-a').offset} to \\d+ are not those of the image`),
  );
});

test('a card that ends too early is a problem', async () => {
  const { problems } = await verdictOn(raw.subarray(0, partition('root-a').offset + 8192), name);
  assert.match(problems.map(({ message }) => message).join('\n'), /not all there/);
});

test('what a first boot changes is a difference with its reason', async () => {
  const grown = layout(
    { ...testBoard, partitions: { bootMiB: 1, rootMiB: 2, stateMiB: 1, identityMiB: 1, dataMiB: 9 } },
    `tiny ${name}`,
  );
  const bytes = Buffer.concat([raw, Buffer.alloc(8 << 20)]);
  for (const { offset, bytes: piece } of gptPieces(grown)) piece.copy(bytes, offset);
  bytes[partition('data').offset + 5000]! ^= 1;
  const { problems, differences } = await verdictOn(bytes);
  assert.equal(problems, []);
  assert.equal(differences.map(({ partition: area }) => area).sort(), ['data', 'partition table']);
  assert.match(differences.map(({ why }) => why).join('\n'), /first boot/);
});

test('a slot that the release leaves empty is not what the card boots', async () => {
  const board = {
    ...testBoard,
    partitions: { bootMiB: 1, rootMiB: 2, stateMiB: 1, identityMiB: 1, dataMiB: 9 },
  };
  const released = layout(board, `tiny ${name}`);
  const other = { bootable: true };
  const efi = { type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b' };
  for (const change of [other, efi]) {
    const partitions = released.partitions.map((one) =>
      one.name === 'boot-b' ? { ...one, ...change } : { ...one, bootable: false },
    );
    const bytes = Buffer.concat([raw, Buffer.alloc(8 << 20)]);
    for (const { offset, bytes: piece } of gptPieces({ ...released, partitions })) piece.copy(bytes, offset);
    const { problems } = await verdictOn(bytes);
    assert.equal(
      problems.map(({ where, message }) => `${where}: ${message}`),
      ['partition table: it boots boot-b, in which the release has nothing'],
    );
  }
});

test('a table with another partition in the place of a released one is a problem', async () => {
  const other = layout(
    { ...testBoard, partitions: { bootMiB: 2, rootMiB: 2, stateMiB: 1, identityMiB: 1, dataMiB: 1 } },
    'other',
  );
  const bytes = Buffer.concat([raw, Buffer.alloc(4 << 20)]);
  for (const { offset, bytes: piece } of gptPieces(other)) if (offset < 4 << 20) piece.copy(bytes, offset);
  const { problems } = await verdictOn(bytes);
  const messages = problems.map(({ message }) => message).join('\n');
  assert.match(messages, /boot-a lies at \d+ with 2097152 bytes/);
});

test('a damaged table and none are problems', async () => {
  for (const at of [512 + 20, 4096 * 512 + 60]) {
    const { problems } = await verdictOn(flipped(at));
    assert.match(
      problems.map(({ where, message }) => `${where}: ${message}`).join('\n'),
      /partition table: the CRC/,
    );
  }
  const { problems } = await verdictOn(Buffer.from(raw).fill(0, 512, 1024));
  assert.match(problems.map(({ message }) => message).join('\n'), /there is no partition table/);
});

test('the identity of a unit is read and judged', async () => {
  const certificate = { ...certificateOfTest, release: release.digest };
  const unit = { ...unitOfTest, image: name };
  const withIdentity = (bytes: Buffer): Buffer => {
    const burnt = Buffer.from(raw);
    bytes.copy(burnt, partition('identity').offset);
    return burnt;
  };
  const sound = await verdictOn(
    withIdentity(encodeIdentity(signedBy(authority, certificate), unit, batchKey)),
  );
  assert.equal(sound.problems, []);
  assert.is(sound.identity?.unit?.serial, unit.serial);
  for (const wrong of [
    encodeIdentity(signedBy(stranger, certificate), unit, batchKey),
    encodeIdentity(signedBy(authority), unit, batchKey),
    encodeIdentity(signedBy(authority, certificate), { ...unit, image: 'router-test-board' }, batchKey),
    Buffer.from('x'),
  ]) {
    const { problems } = await verdictOn(withIdentity(wrong));
    assert.ok(problems.some(({ where }) => where === 'identity'));
    assert.not.match(JSON.stringify(problems), /very-secret|[0-9a-f]{64}/);
  }
});

test('an image that needs a setting is not sound without an identity', async () => {
  const needing = await smallRelease(join(folder, 'needing'), {
    unit: { secrets: [{ name: 'TOKEN', description: 'a secret', required: true }] },
  });
  await writeFile(card, needing.raw[name]!);
  const { problems } = await verifyCard(card, needing.manifest, needing.digest, { signal });
  assert.match(problems.map(({ message }) => message).join('\n'), /needs TOKEN/);
});

test('a card of something else, an image that is not released and a card that is not there are refused', async () => {
  assert.match(
    (await verdictOn(Buffer.alloc(1 << 20))).problems[0]!.message,
    /holds none of the release's images/,
  );
  assert.match((await verdictOn(raw, 'other')).problems[0]!.message, /has no image other/);
  await rejectedWith(
    verifyCard(join(folder, 'none'), release.manifest, release.digest, { signal }),
    'FILE_UNUSABLE',
    /cannot read/,
  );
});

test.run();

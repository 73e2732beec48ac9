import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeIdentity } from '../../../builder/identity/identity-partition.ts';
import { crc32 } from '../../../builder/image/crc32.ts';
import { gptPieces } from '../../../builder/image/gpt.ts';
import { type Layout, layout } from '../../../builder/image/layout.ts';
import { CardBytes, type CardReader } from '../../../builder/release/verify/card-bytes.ts';
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

test('a card that ends within what may differ is a problem, and so is a table that ends behind it', async () => {
  for (const [length, told] of [
    [partition('data').offset + 8192, /not all there/],
    [partition('data').offset + (1 << 19), /its last partition ends behind the end of the card/],
  ] as const) {
    const { problems } = await verdictOn(raw.subarray(0, length), name);
    assert.match(problems.map(({ message }) => message).join('\n'), told);
  }
});

test('a block that cannot be read is a problem, wherever it lies', async () => {
  await writeFile(card, raw);
  const places: [number, RegExp][] = [
    [0, /partition table: (bytes 0 to|it cannot be read)/],
    [4096 * 512, /partition table: it cannot be read: EIO/],
    [partition('data').offset, /data: bytes \d+ to \d+ cannot be read: EIO/],
    [partition('root-a').offset + 8192, /root-a: bytes \d+ to \d+ cannot be read: EIO/],
    [partition('boot-a').offset + 700_000 - (700_000 % 4096), /boot-a: bytes \d+ to \d+ cannot be read/],
    [1 << 20, /boot loader: bytes \d+ to \d+ cannot be read: EIO/],
    [partition('identity').offset, /identity: it cannot be read/],
  ];
  for (const [bad, told] of places) {
    const open = async (path: string): Promise<CardReader> => {
      const reader = await CardBytes.open(path);
      return {
        read: async (offset, length) => {
          if (offset <= bad && bad < offset + length) throw Object.assign(new Error('EIO'), { code: 'EIO' });
          return await reader.read(offset, length);
        },
        close: async () => await reader.close(),
      };
    };
    const options = { signal, image: name, open };
    const { problems } = await verifyCard(card, release.manifest, release.digest, options);
    assert.match(problems.map(({ where, message }) => `${where}: ${message}`).join('\n'), told, `${bad}`);
  }
});

test('what the image does not map and its system reads as zeros is zero', async () => {
  const root = partition('root-a').offset;
  const places: [number, RegExp | null][] = [
    [4096 + 10, /^boot loader: byte 4106 is not zero/],
    [1 << 20, /^boot loader: byte 1048576 is not zero/],
    [3 << 20, /^partition table: byte 3145728 is not zero/],
    [root + 1_250_000, /^root-a: byte \d+ is not zero/],
    // Behind all that the image has, and in what a running system writes.
    [root + 1_900_000, null],
    [partition('boot-a').offset + 900_000, null],
    [partition('root-b').offset + 5000, null],
    [partition('data').offset + 100_000, null],
  ];
  for (const [at, told] of places) {
    const { problems } = await verdictOn(flipped(at), name);
    const lines = problems.map(({ where, message }) => `${where}: ${message}`);
    if (told === null) assert.equal(lines, [], `${at}`);
    else assert.match(lines.join('\n'), told);
  }
});

const smallest = { bootMiB: 1, rootMiB: 2, stateMiB: 1, identityMiB: 1, dataMiB: 1 };

function withTable(change: (one: Layout) => Layout, dataMiB: number): Buffer {
  const table = layout({ ...testBoard, partitions: { ...smallest, dataMiB } }, `tiny ${name}`);
  const bytes = Buffer.concat([raw, Buffer.alloc(8 << 20)]);
  for (const { offset, bytes: piece } of gptPieces(change(table))) piece.copy(bytes, offset);
  return bytes;
}

test('a table whose names and places are right, but by which another root is started, is a problem', async () => {
  const uuid = '11111111-2222-4333-8444-555555555555';
  const changes: ((table: Layout) => Layout)[] = [
    (table) => {
      const [a, b] = ['root-a', 'root-b'].map((root) => table.partitions.find((one) => one.name === root)!);
      const swapped = { [a!.name]: b!.uuid, [b!.name]: a!.uuid };
      const partitions = table.partitions.map((one) => ({ ...one, uuid: swapped[one.name] ?? one.uuid }));
      return { ...table, partitions };
    },
    (table) => ({ ...table, diskUuid: uuid }),
    (table) => ({
      ...table,
      partitions: table.partitions.map((one) => (one.name === 'state' ? { ...one, type: uuid } : one)),
    }),
    (table) => ({
      ...table,
      partitions: table.partitions.map((one) => ({ ...one, bootable: false })),
    }),
  ];
  for (const dataMiB of [1, 9]) {
    assert.equal((await verdictOn(withTable((table) => table, dataMiB))).problems, []);
    for (const change of changes) {
      const { problems } = await verdictOn(withTable(change, dataMiB));
      assert.match(problems.map(({ message }) => message).join('\n'), /not those of the image/);
    }
  }
});

test('the table as init leaves it, with its entries in their other place, is the released one', async () => {
  const grown = withTable((table) => table, 9);
  const [own, spare] = [4096 * 512, 4128 * 512];
  grown.copy(grown, spare, own, own + (16 << 10));
  raw.copy(grown, own, own, own + (16 << 10));
  const header = grown.subarray(512, 512 + 92);
  header.writeBigUInt64LE(4128n, 72);
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header), 16);
  const { problems, differences } = await verdictOn(grown);
  assert.equal(problems, []);
  assert.equal(
    differences.map(({ partition: area }) => area),
    ['partition table'],
  );
});

test('boot code in the MBR, other partitions in it and what lies behind the entries are problems', async () => {
  for (const at of [5, 446 + 16 + 4, 512 + 92 + 7, 2000, 4096 * 512 + 8000]) {
    const { problems } = await verdictOn(flipped(at));
    assert.ok(problems.length > 0, `byte ${at}`);
  }
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

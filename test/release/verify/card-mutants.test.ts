import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeIdentity } from '../../../builder/identity/identity-partition.ts';
import { crc32 } from '../../../builder/image/crc32.ts';
import { gptPieces } from '../../../builder/image/gpt.ts';
import { type Layout, layout } from '../../../builder/image/layout.ts';
import { CardBytes, type CardReader } from '../../../builder/release/verify/card-bytes.ts';
import { type CardOptions, verifyCard } from '../../../builder/release/verify/verify-card.ts';
import { publicKeyLine } from '../../../builder/signature/public-key.ts';
import { authority, batchKey, certificateOfTest, signedBy, unitOfTest } from '../../support/batch-trial.ts';
import { smallRelease } from '../../support/small-release.ts';
import { mutatedModule } from '../../support/source-mutant.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testBoard } from '../../support/test-board.ts';

const test = suite('checks of a card, taken out');
const folder = temporaryFolder('card-mutants');
const release = await smallRelease(join(folder, 'release'), {
  authorities: [publicKeyLine(authority.publicKey)],
  unit: { secrets: [{ name: 'TOKEN', description: 'a secret', required: true }] },
});
const name = 'cxo-test-board';
const image = release.manifest.images.find((one) => one.name === name)!;
const { signal } = new AbortController();
const card = join(folder, 'card');
const own = { ...certificateOfTest, release: release.digest };
const unit = { ...unitOfTest, image: name, secrets: { TOKEN: 'given' } };

function place(wanted: string): number {
  return image.partitions.find((one) => one.name === wanted)!.offset;
}

/** A sound card with the identity of a unit, changed. */
function burnt(change: (bytes: Buffer) => Buffer, certificate = own, ofImage = name): Buffer {
  const bytes = Buffer.from(release.raw[name]!);
  encodeIdentity(signedBy(authority, certificate), { ...unit, image: ofImage }, batchKey).copy(
    bytes,
    place('identity'),
  );
  return change(bytes);
}

function flipped(at: number): Buffer {
  return burnt((bytes) => {
    bytes[at]! ^= 1;
    return bytes;
  });
}

function withTable(
  change: (one: Layout['partitions'][number]) => Partial<Layout['partitions'][number]>,
): Buffer {
  const partitions = { bootMiB: 1, rootMiB: 2, stateMiB: 1, identityMiB: 1, dataMiB: 1 };
  const table = layout({ ...testBoard, partitions }, `tiny ${name}`);
  const changed = table.partitions.map((one) => ({ ...one, ...change(one) }));
  return burnt((bytes) => {
    for (const { offset, bytes: piece } of gptPieces({ ...table, partitions: changed }))
      piece.copy(bytes, offset);
    return bytes;
  });
}

/** A reader that gives no byte of one block. */
function without(bad: number): CardOptions['open'] {
  return async (path): Promise<CardReader> => {
    const reader = await CardBytes.open(path);
    return {
      read: async (offset, length) => {
        if (offset <= bad && bad < offset + length) throw new Error('a bad block');
        return await reader.read(offset, length);
      },
      close: async () => await reader.close(),
    };
  };
}

/** A table with a field of its header set, and checksums that fit. */
function withHeader(change: (header: Buffer) => void): Buffer {
  return burnt((bytes) => {
    const header = bytes.subarray(512, 512 + 92);
    change(header);
    header.writeUInt32LE(0, 16);
    header.writeUInt32LE(crc32(header), 16);
    return bytes;
  });
}

type Change = Parameters<typeof withTable>[0];
const only =
  (
    wanted: string,
    change: (one: Layout['partitions'][number]) => Partial<Layout['partitions'][number]>,
  ): Change =>
  (one) =>
    one.name === wanted ? change(one) : {};
const uuid = '11111111-2222-4333-8444-555555555555';
/** Another identifier of the first root, with the bits of its end chosen so that the entries have the checksum that they had: who wants to can. */
function otherEntries(bytes: Buffer): Buffer {
  const array = bytes.subarray(4096 * 512, 4096 * 512 + (16 << 10));
  const wanted = crc32(array);
  const id = 128 + 16;
  array[id]! ^= 0xff;
  // What each bit of the last four bytes of the identifier changes, made such that each has a highest bit of its own.
  const plain = crc32(array);
  const steps: { sum: number; bits: number[] }[] = [];
  for (let bit = 96; bit < 128; bit++) {
    array[id + (bit >> 3)]! ^= 1 << (bit & 7);
    const step = { sum: (crc32(array) ^ plain) >>> 0, bits: [bit] };
    array[id + (bit >> 3)]! ^= 1 << (bit & 7);
    for (const other of steps) if ((step.sum ^ other.sum) >>> 0 < step.sum) addTo(step, other);
    steps.push(step);
    steps.sort((a, b) => b.sum - a.sum);
  }
  const left = { sum: (plain ^ wanted) >>> 0, bits: [] as number[] };
  for (const step of steps) if ((left.sum ^ step.sum) >>> 0 < left.sum) addTo(left, step);
  for (const bit of left.bits) array[id + (bit >> 3)]! ^= 1 << (bit & 7);
  assert.is(crc32(array), wanted);
  return bytes;
}

function addTo(one: { sum: number; bits: number[] }, other: { sum: number; bits: number[] }): void {
  one.sum = (one.sum ^ other.sum) >>> 0;
  one.bits.push(...other.bits);
}

const cardTable = 'card-table.ts';
const places = 'empty-places.ts';

/** A check, what takes it out, a card that it finds, and what then is not told any more. */
const checks: readonly {
  readonly name: string;
  readonly file?: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: () => Buffer;
  readonly open?: CardOptions['open'];
  readonly unnamed?: true;
  readonly told: RegExp;
}[] = [
  {
    name: 'a changed byte of what boots',
    from: "hash.digest('hex') === range.sha256",
    to: 'hash',
    bytes: () => flipped(place('root-a') + 5000),
    told: /^root-a: bytes \d+ to \d+ are not those of the image/m,
  },
  {
    name: 'what may differ, and no more',
    from: "fault.kind === 'other' && areas.every((area) => area in reasons)",
    to: "fault.kind === 'other'",
    bytes: () => flipped(9000),
    told: /^boot loader: bytes/m,
  },
  {
    name: 'a block of data that cannot be read',
    from: "fault.kind === 'other' && ",
    to: '',
    bytes: () => burnt((bytes) => bytes),
    open: without(place('data')),
    told: /^data: bytes \d+ to \d+ cannot be read/m,
  },
  {
    name: 'a card that is cut off',
    from: 'if (bytes.length < length)\n      return {',
    to: 'if (bytes.length < 0)\n      return {',
    bytes: () => burnt((bytes) => bytes.subarray(0, place('data') + 8192)),
    told: /^data: bytes \d+ to \d+ are not all there/m,
  },
  {
    name: 'bytes where the image has zeros',
    from: 'emptyPlaces(image)',
    to: '[] as ReturnType<typeof emptyPlaces>',
    bytes: () => flipped(place('root-a') + 1_250_000),
    told: /^root-a: byte \d+ is not zero/m,
  },
  {
    name: 'zeros within a root',
    file: places,
    from: '.flatMap(({ offset, size }) => unmapped(mapped, offset, endOfContent(mapped, offset, offset + size)))',
    to: '.flatMap(() => [] as EmptyPlace[])',
    bytes: () => flipped(place('root-a') + 1_250_000),
    told: /^root-a: byte \d+ is not zero/m,
  },
  {
    name: 'zeros around the boot loader',
    file: places,
    from: '...unmapped(mapped, 0, Math.min(spare, first)),',
    to: '',
    bytes: () => flipped(1 << 20),
    told: /^boot loader: byte \d+ is not zero/m,
  },
  {
    name: 'zeros before the first partition',
    file: places,
    from: '...unmapped(mapped, spare + entryCount * entrySize, first),',
    to: '',
    bytes: () => flipped(3 << 20),
    told: /^partition table: byte \d+ is not zero/m,
  },
  {
    name: 'zeros that are not',
    file: 'stray-byte.ts',
    from: 'if (!zeros.subarray(0, bytes.length).equals(bytes)) {',
    to: 'if (bytes.length > wanted) {',
    bytes: () => flipped(1 << 20),
    told: /^boot loader: byte \d+ is not zero/m,
  },
  {
    name: 'zeros that cannot be read',
    file: 'stray-byte.ts',
    from: 'return { offset: at, message: `bytes',
    to: 'if (at >= 0) return null;\n      return { offset: at, message: `bytes',
    bytes: () => burnt((bytes) => bytes),
    open: without(1 << 20),
    told: /^boot loader: bytes \d+ to \d+ cannot be read/m,
  },
  {
    name: 'zeros behind the end of a card',
    file: 'stray-byte.ts',
    from: 'if (bytes.length < wanted)',
    to: 'if (bytes.length > wanted)',
    bytes: () => burnt((bytes) => bytes.subarray(0, place('root-a') + 1_250_000)),
    told: /^root-a: it ends at byte/m,
  },
  {
    name: 'no table',
    file: cardTable,
    from: "header.length < sectorSize || header.toString('latin1', 0, signature.length) !== signature",
    to: 'header.length < sectorSize',
    bytes: () => burnt((bytes) => bytes.fill(0, 512, 520)),
    told: /^partition table: there is no partition table/m,
  },
  {
    name: 'a header of another size',
    file: cardTable,
    from: 'header.readUInt32LE(12) !== headerSize',
    to: 'header.length === 0',
    bytes: () => withHeader((header) => header.writeUInt32LE(93, 12)),
    told: /^partition table: its partition table is of an unknown form/m,
  },
  {
    name: 'a header with a wrong checksum',
    file: cardTable,
    from: 'crc32(checked) !== header.readUInt32LE(16)',
    to: 'crc32(checked) < 0',
    bytes: () => flipped(512 + 20),
    told: /^partition table: the CRC of its partition table's header is wrong/m,
  },
  {
    name: 'a header that counts other entries',
    file: cardTable,
    from: 'header.readUInt32LE(80) !== entryCount ||',
    to: '',
    bytes: () => withHeader((header) => header.writeUInt32LE(127, 80)),
    told: /^partition table: its partition table is of an unknown form/m,
  },
  {
    name: 'entries of another size',
    file: cardTable,
    from: 'header.readUInt32LE(84) !== entrySize ||',
    to: '',
    bytes: () => withHeader((header) => header.writeUInt32LE(256, 84)),
    told: /^partition table: its partition table is of an unknown form/m,
  },
  {
    name: 'entries that lie far away',
    file: cardTable,
    from: 'start > furthestArray',
    to: 'start < 0',
    bytes: () => withHeader((header) => header.writeBigUInt64LE(1n << 40n, 72)),
    told: /^partition table: its partition table is of an unknown form/m,
  },
  {
    name: 'entries with a wrong checksum',
    file: cardTable,
    from: 'crc32(array) !== header.readUInt32LE(88)',
    to: 'crc32(array) < 0',
    bytes: () => flipped(4096 * 512 + 60),
    told: /^partition table: the CRC of its partition table's entries is wrong/m,
  },
  {
    name: 'a partition that is not there',
    file: cardTable,
    from: 'problems.push(`it has no partition ${wanted.name}`);',
    to: '',
    bytes: () => withTable(only('state', () => ({ name: 'stale' as never }))),
    told: /^partition table: it has no partition state/m,
  },
  {
    name: 'a partition that nobody released',
    file: cardTable,
    from: 'if (!released.some((wanted) => wanted.name === name))',
    to: 'if (name === null)',
    bytes: () => withTable(only('state', () => ({ name: 'stale' as never }))),
    told: /^partition table: it has a partition stale/m,
  },
  {
    name: 'two partitions of one name',
    file: cardTable,
    from: 'if (table.partitions.length !== new Set(table.partitions.map(({ name }) => name)).size) {',
    to: 'if (table.partitions.length < 0) {',
    bytes: () => withTable(only('state', () => ({ name: 'root-a' }))),
    told: /^partition table: two of its partitions have the same name/m,
  },
  {
    name: 'a partition at another place',
    file: cardTable,
    from: 'found.offset !== wanted.offset || ',
    to: '',
    bytes: () => withTable(only('root-b', ({ start }) => ({ start: start + 2048 }))),
    told: /^partition table: root-b lies at/m,
  },
  {
    name: 'a partition of another size',
    file: cardTable,
    from: ' || !fits',
    to: ' || fits === null',
    bytes: () => withTable(only('root-b', ({ size }) => ({ size: size - 2048 }))),
    told: /^partition table: root-b lies at/m,
  },
  {
    name: 'a last partition that shrank',
    file: cardTable,
    from: 'found.size >= wanted.size',
    to: 'found.size > 0',
    bytes: () => withTable(only('data', ({ size }) => ({ size: size - 8 }))),
    told: /^partition table: data lies at/m,
  },
  {
    name: 'an empty slot that is marked for booting',
    file: cardTable,
    from: 'isMarked || ',
    to: '',
    bytes: () => withTable(only('boot-b', () => ({ bootable: true }))),
    told: /^partition table: it boots boot-b/m,
  },
  {
    name: 'an empty slot that U-Boot takes for bootable by its type',
    file: cardTable,
    from: 'efiSystem.equals(entry.subarray(0, efiSystem.length))',
    to: 'entry.length === 0',
    bytes: () => withTable(only('boot-b', () => ({ type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b' }))),
    told: /^partition table: it boots boot-b/m,
  },
  {
    name: 'what boots is what the release fills',
    from: '!isFilled(name, image)',
    to: 'isFilled(name, image) && name === "boot-b"',
    bytes: () => withTable(only('boot-b', () => ({ bootable: true }))),
    told: /^partition table: it boots boot-b/m,
  },
  {
    name: 'a last partition that ends behind the card',
    from: '(await card.read(offset + size - sectorSize, sectorSize)).length < sectorSize',
    to: 'offset < 0',
    bytes: () => burnt((bytes) => bytes.subarray(0, place('data') + (1 << 19))),
    told: /^partition table: its last partition ends behind the end of the card/m,
  },
  {
    name: 'a table that starts something else',
    from: 'await isReleasedTable(card, image)',
    to: 'await isReleasedTable(card, image), true',
    bytes: () => withTable(only('root-a', () => ({ uuid }))),
    told: /^partition table: its types, identifiers, marks or boot code/m,
  },
  {
    name: 'entries with another identifier',
    file: 'restored-table.ts',
    from: '!isDigest(array.subarray(at, at + length), range.sha256)',
    to: 'array.length === 0',
    bytes: () => burnt(otherEntries),
    told: /^partition table: its types, identifiers, marks or boot code/m,
  },
  {
    name: 'boot code in the MBR',
    file: 'restored-table.ts',
    from: '!isDigest(head, range.sha256)',
    to: 'head.length === 0',
    bytes: () => flipped(5),
    told: /^partition table: its types, identifiers, marks or boot code/m,
  },
  {
    name: 'a table that cannot be read',
    from: 'return [`it cannot be read: ${(error as Error).message}`];',
    to: 'return error === null ? [""] : [];',
    bytes: () => burnt((bytes) => bytes),
    open: without(4096 * 512),
    told: /^partition table: it cannot be read/m,
  },
  {
    name: 'an identity of another release',
    from: "for (const problem of judgement.problems) say('identity', problem);",
    to: '',
    bytes: () => burnt((bytes) => bytes, { ...own, release: 'ab'.repeat(32) }),
    told: /^identity: certificate: it is for another release/m,
  },
  {
    name: 'an identity of another image',
    from: 'image: image.name, release });',
    to: 'image: null, release });',
    bytes: () => burnt((bytes) => bytes, own, 'router-test-board'),
    told: /^identity: unit: it is for the image router-test-board/m,
  },
  {
    name: 'no identity where one is needed',
    from: "judgement.verdict === 'none' && needed.length > 0",
    to: 'needed.length < 0',
    bytes: () => Buffer.from(release.raw[name]!),
    told: /^identity: there is none, but the image needs TOKEN/m,
  },
  {
    name: 'an identity that cannot be read',
    from: 'if (bytes.length < length) {',
    to: 'if (length < 0) {',
    bytes: () => burnt((bytes) => bytes),
    open: without(place('identity') + 8192),
    told: /^identity: it cannot be read/m,
  },
  {
    name: 'a card of nothing that was released',
    from: 'fitting.length === 1 ? fitting[0]! : null',
    to: 'fitting[0] ?? only!',
    bytes: () => Buffer.alloc(1 << 20),
    unnamed: true,
    told: /it holds none of the release's images/,
  },
];

async function toldBy(
  verify: typeof verifyCard,
  { open, unnamed }: (typeof checks)[number],
): Promise<string> {
  const options = { signal, ...(unnamed ? {} : { image: name }), ...(open && { open }) };
  const { problems } = await verify(card, release.manifest, release.digest, options);
  return problems.map(({ where, message }) => `${where}: ${message}`).join('\n');
}

test('the card that is changed below is sound', async () => {
  const [anyOf] = checks;
  await writeFile(
    card,
    burnt((bytes) => bytes),
  );
  assert.is(await toldBy(verifyCard, { ...anyOf! }), '');
});

for (const check of checks) {
  test(`${check.name}: found, and by that check alone`, async () => {
    const { file = 'verify-card.ts', from, to, told } = check;
    await writeFile(card, check.bytes());
    assert.match(await toldBy(verifyCard, check), told);
    const mutant = mutatedModule({ file: `builder/release/verify/${file}`, from, to }, 'verify-card.ts');
    const { verifyCard: weakened } = (await import(mutant)) as { verifyCard: typeof verifyCard };
    assert.not.match(await toldBy(weakened, check), told);
  });
}

test.run();

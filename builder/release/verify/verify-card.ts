import { createHash } from 'node:crypto';
import { type IdentityJudgement, judgeIdentity } from '../../identity/judge-identity.ts';
import { type BlockRange, mapBlockSize } from '../../image/block-map.ts';
import { entryArrayStart } from '../../image/layout.ts';
import { sectorSize } from '../../image/sectors.ts';
import { parsePublicKey } from '../../signature/public-key.ts';
import type { ReleasedImage, ReleaseManifest } from '../release-manifest.ts';
import { CardBytes, type CardReader } from './card-bytes.ts';
import { otherTableProblems, readCardTable, tableProblems } from './card-table.ts';
import { emptyPlaces } from './empty-places.ts';
import type { ReleaseProblem } from './release-problem.ts';
import { isReleasedTable } from './restored-table.ts';
import { strayByte } from './stray-byte.ts';

/** A card held against a released image. */
export interface CardVerdict {
  readonly card: string;
  /** Name of the image that it was held against; null if it holds none of the release. */
  readonly image: string | null;
  /** What a card may have otherwise than the image, and has, with the reason. */
  readonly differences: readonly CardDifference[];
  /** null if it could not be read. */
  readonly identity: IdentityJudgement | null;
  readonly problems: readonly ReleaseProblem[];
}

export interface CardDifference {
  readonly partition: string;
  readonly why: string;
}

export interface CardOptions {
  /** Name of the image; found by what the card holds if left out. */
  readonly image?: string;
  /** How the card is opened; through the kernel's cache if left out. */
  readonly open?: (path: string) => Promise<CardReader>;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const table = 'partition table';
const ofEachUnit = { identity: 'each unit is given its own when it is burnt' };
/** Why a part of a card may hold something else than the image. */
const mayDiffer: Readonly<Record<ReleasedImage['layout'], Readonly<Record<string, string>>>> = {
  slots: {
    ...ofEachUnit,
    state: 'it remembers which slot boots, and changes with an update',
    data: 'the first boot makes it as large as the card, and the daemon writes to it',
    [table]: 'the first boot gives data the rest of the card, so its entry and both checksums change',
  },
  // What a running router writes lies behind its root, and may take the place of any file there.
  openwrt: ofEachUnit,
};
const chunkSize = 1 << 20;
/** The largest identity partition that is read. */
const longestIdentity = 64 << 20;

/**
 * Reads a card (or a file with the bytes of one) and holds it against an image of a release that was verified before: the blocks that the image
 * maps, those that it does not map and its system reads as zeros, the table, and its identity. Other blocks are not looked at: what lies there is read by nothing.
 * @param release sha256 of the manifest
 * @throws BoardsmithError FILE_UNUSABLE if the card cannot be opened; the signal's reason
 */
export async function verifyCard(
  path: string,
  manifest: ReleaseManifest,
  release: string,
  options: CardOptions,
): Promise<CardVerdict> {
  const card = await (options.open ?? CardBytes.open)(path);
  try {
    const image = await imageOn(card, manifest, options);
    if (image === null) {
      const names = manifest.images.map(({ name }) => name).join(', ');
      const message =
        options.image === undefined
          ? `it holds none of the release's images (${names}), or a damaged one: name one to see what differs`
          : `the release has no image ${options.image}; it has ${names}`;
      return {
        card: path,
        image: null,
        differences: [],
        identity: null,
        problems: [{ kind: 'card', where: path, message }],
      };
    }
    return await compare(card, path, image, release, options);
  } finally {
    await card.close();
  }
}

async function compare(
  card: CardReader,
  path: string,
  image: ReleasedImage,
  release: string,
  { signal, onProgress }: CardOptions,
): Promise<CardVerdict> {
  const problems: ReleaseProblem[] = [];
  const reasons = mayDiffer[image.layout];
  const differing = new Set<string>();
  const say = (where: string, message: string): void => {
    problems.push({ kind: 'card', where, message });
  };
  const places = emptyPlaces(image);
  const total =
    image.mapped.reduce((sum, { first, last }) => sum + (last - first + 1) * mapBlockSize, 0) +
    places.reduce((sum, { length }) => sum + length, 0);
  let done = 0;
  const progress = (bytes: number): void => {
    done += bytes;
    onProgress?.(done, total);
  };
  for (const range of image.mapped) {
    signal.throwIfAborted();
    const fault = await rangeFault(card, range, image, progress);
    if (fault === null) continue;
    const areas = areasOf(range, image);
    // What cannot be read is a bad card's, wherever it lies.
    if (fault.kind === 'other' && areas.every((area) => area in reasons))
      for (const area of areas) differing.add(area);
    else {
      const where = `bytes ${range.first * mapBlockSize} to ${endOf(range, image) - 1}`;
      say(areas.join(' and '), `${where} ${fault.message}`);
    }
  }
  const empty = new Set<string>();
  for (const place of places) {
    const fault = await strayByte(card, place, signal, progress);
    if (fault === null) continue;
    const block = Math.floor(fault.offset / mapBlockSize);
    const where = areasOf({ first: block, last: block }, image).join(' and ');
    // A partition may have hundreds of such places.
    if (!empty.has(where)) say(where, fault.message);
    empty.add(where);
  }
  for (const message of await problemsOfTable(card, image)) say(table, message);
  const identity = await identityOn(card, image, release, say);
  return {
    card: path,
    image: image.name,
    differences: [...differing].map((area) => ({ partition: area, why: reasons[area]! })),
    identity,
    problems,
  };
}

type Blocks = Pick<BlockRange, 'first' | 'last'>;

async function problemsOfTable(card: CardReader, image: ReleasedImage): Promise<string[]> {
  try {
    if (image.layout === 'openwrt') return await otherTableProblems(card, image.partitions);
    const found = await readCardTable(card);
    if (typeof found === 'string') return [found];
    const problems = [
      ...tableProblems(found, image.partitions),
      ...found.bootable
        .filter((name) => !isFilled(name, image))
        .map((name) => `it boots ${name}, in which the release has nothing`),
    ];
    if (problems.length > 0) return problems;
    const { offset, size } = found.partitions.find(({ name }) => name === image.partitions.at(-1)?.name)!;
    if ((await card.read(offset + size - sectorSize, sectorSize)).length < sectorSize)
      return ['its last partition ends behind the end of the card'];
    if (await isReleasedTable(card, image)) return [];
    return ['its types, identifiers, marks or boot code are not those of the image'];
  } catch (error) {
    return [`it cannot be read: ${(error as Error).message}`];
  }
}

/** Whether the image holds something in a partition: what the release leaves empty is not looked at, and so must not be booted. */
function isFilled(name: string, image: ReleasedImage): boolean {
  return image.mapped.some((range) => areasOf(range, image).includes(name));
}

interface RangeFault {
  /** `other`: they can be read, and are not the image's. */
  readonly kind: 'other' | 'unreadable';
  readonly message: string;
}

/** @returns what is wrong with the bytes of a range, or null */
async function rangeFault(
  card: CardReader,
  range: BlockRange,
  image: ReleasedImage,
  onProgress: (bytes: number) => void,
): Promise<RangeFault | null> {
  const hash = createHash('sha256');
  const end = endOf(range, image);
  for (let offset = range.first * mapBlockSize; offset < end; ) {
    const length = Math.min(chunkSize, end - offset);
    let bytes: Buffer;
    try {
      bytes = await card.read(offset, length);
    } catch (error) {
      return { kind: 'unreadable', message: `cannot be read: ${(error as Error).message}` };
    }
    if (bytes.length < length)
      return { kind: 'unreadable', message: `are not all there: it ends at ${offset + bytes.length}` };
    hash.update(bytes);
    offset += length;
    onProgress(length);
  }
  return hash.digest('hex') === range.sha256
    ? null
    : { kind: 'other', message: 'are not those of the image' };
}

function endOf({ last }: Blocks, { raw }: ReleasedImage): number {
  return Math.min((last + 1) * mapBlockSize, raw.size);
}

/** Partitions that a range touches, and what lies before, between and behind them. */
function areasOf(range: Blocks, image: ReleasedImage): string[] {
  const start = range.first * mapBlockSize;
  const end = endOf(range, image);
  const touched = image.partitions.filter(({ offset, size }) => start < offset + size && end > offset);
  const inside = touched.reduce(
    (sum, { offset, size }) => sum + Math.min(end, offset + size) - Math.max(start, offset),
    0,
  );
  const names = touched.map(({ name }) => name);
  if (inside === end - start) return names;
  return [...names, isTable(start, end, image) ? table : 'boot loader'];
}

/** The block with the MBR and the primary header, the entries before the first partition, and the copies of both behind the last one. */
function isTable(start: number, end: number, { partitions }: ReleasedImage): boolean {
  const first = Math.min(...partitions.map(({ offset }) => offset));
  const last = Math.max(...partitions.map(({ offset, size }) => offset + size));
  return end <= mapBlockSize || start >= last || (start >= entryArrayStart * sectorSize && end <= first);
}

/** By which no other image is taken for this one: what no boot changes. */
function rootOf({ layout, partitions }: ReleasedImage): string {
  if (layout === 'slots') return 'root-a';
  return partitions.filter(({ name }) => name !== 'identity').at(-1)!.name;
}

/** Finds the image by its root. */
async function imageOn(
  card: CardReader,
  { images }: ReleaseManifest,
  { image }: CardOptions,
): Promise<ReleasedImage | null> {
  const [only] = images;
  if (image !== undefined) return images.find(({ name }) => name === image) ?? null;
  if (images.length === 1) return only ?? null;
  const fitting: ReleasedImage[] = [];
  for (const candidate of images) {
    const range = candidate.mapped.find((one) => areasOf(one, candidate).join() === rootOf(candidate));
    if (range !== undefined && (await rangeFault(card, range, candidate, () => {})) === null)
      fitting.push(candidate);
  }
  return fitting.length === 1 ? fitting[0]! : null;
}

async function identityOn(
  card: CardReader,
  image: ReleasedImage,
  release: string,
  say: (where: string, message: string) => void,
): Promise<IdentityJudgement | null> {
  const partition = image.partitions.find(({ name }) => name === 'identity');
  if (partition === undefined) return null;
  const length = Math.min(partition.size, longestIdentity);
  const bytes = await card.read(partition.offset, length).catch(() => Buffer.alloc(0));
  if (bytes.length < length) {
    say('identity', 'it cannot be read');
    return null;
  }
  const authorities = image.unit.authorities.map((line) => parsePublicKey(line, line));
  const judgement = judgeIdentity(bytes, { authorities, image: image.name, release });
  for (const problem of judgement.problems) say('identity', problem);
  const needed = [...image.unit.settings, ...image.unit.secrets].filter(({ required }) => required);
  if (judgement.verdict === 'none' && needed.length > 0) {
    say('identity', `there is none, but the image needs ${needed.map(({ name }) => name).join(', ')}`);
  }
  return judgement;
}

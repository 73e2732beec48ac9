import type { Card, CardPart } from './card.ts';
import type { CardFile } from './card-file.ts';
import { fileName } from './compare-reports.ts';
import type { ByteDifference } from './image-difference.ts';

/** A stretch of an image with a name. */
interface Region {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

const pieceSize = 1 << 20;

/** First place at which two buffers differ, or null; a missing byte differs from any. */
export function firstDifference(a: Buffer, b: Buffer): number | null {
  const length = Math.min(a.length, b.length);
  if (a.subarray(0, length).equals(b.subarray(0, length))) return a.length === b.length ? null : length;
  let place = 0;
  while (a[place] === b[place]) place += 1;
  return place;
}

/**
 * Compares two images byte by byte. Parts and files are those of the second one.
 * @returns for each part in which bytes differ the first one and how many there are
 */
export async function compareBytes(
  from: Card,
  to: Card,
  parts: readonly CardPart[],
  files: readonly CardFile[],
): Promise<ByteDifference[]> {
  const size = Math.min(from.size, to.size);
  const found = new Map<string, ByteDifference>();
  for (const region of regions(parts, size)) {
    let first: number | null = null;
    let count = 0;
    for (let at = region.offset; at < region.offset + region.size; at += pieceSize) {
      const length = Math.min(pieceSize, region.offset + region.size - at);
      const [a, b] = await Promise.all([
        from.range(at, length).read(0, length),
        to.range(at, length).read(0, length),
      ]);
      if (a.equals(b)) continue;
      first ??= at + firstDifference(a, b)!;
      count += countDifferences(a, b);
    }
    if (first === null) continue;
    const partOffset = first - region.offset;
    const known = found.get(region.name);
    if (known !== undefined) found.set(region.name, { ...known, count: known.count + count });
    else {
      found.set(region.name, {
        part: region.name,
        ...{ imageOffset: first, partOffset, count },
        files: filesAt(files, region.name, partOffset),
      });
    }
  }
  return [...found.values()];
}

/** Every byte of the image in one region: the parts, and what is before, between and behind them. */
function regions(parts: readonly CardPart[], size: number): Region[] {
  const all: Region[] = [];
  let end = 0;
  for (const { name, offset, size: partSize } of parts) {
    if (offset > end) all.push({ name: gapName(end), offset: end, size: offset - end });
    const last = Math.min(offset + partSize, size);
    if (last > offset) all.push({ name, offset, size: last - offset });
    end = Math.max(end, last);
  }
  if (end < size) all.push({ name: 'partition table', offset: end, size: size - end });
  return all;
}

/** The table stands before all partitions, and again behind them. */
function gapName(start: number): string {
  return start < 4 << 20 ? 'partition table' : 'outside of every part';
}

function filesAt(files: readonly CardFile[], place: string, offset: number): string[] {
  return files
    .filter((file) => file.place === place)
    .filter(({ extents }) =>
      extents.some((extent) => offset >= extent.offset && offset < extent.offset + extent.length),
    )
    .map(fileName);
}

function countDifferences(a: Buffer, b: Buffer): number {
  let count = 0;
  for (let place = 0; place < a.length; place += 1) if (a[place] !== b[place]) count += 1;
  return count;
}

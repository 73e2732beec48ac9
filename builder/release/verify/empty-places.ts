import { mapBlockSize } from '../../image/block-map.ts';
import { entryCount, entrySize } from '../../image/gpt-format.ts';
import { spareArrayStart } from '../../image/layout.ts';
import { sectorSize } from '../../image/sectors.ts';
import type { ReleasedImage } from '../release-manifest.ts';

/** Bytes that a card must have as zeros. */
export interface EmptyPlace {
  readonly offset: number;
  readonly length: number;
}

type Image = Pick<ReleasedImage, 'raw' | 'mapped' | 'layout' | 'partitions'>;

/** Partitions that a running system writes to. */
const written = /^(identity|state|data)$/;

/**
 * What an image does not map and its system reads all the same, as zeros. Of an image of slots: what lies around the boot loader, and blocks of zeros within a boot
 * partition or a root, up to their last mapped block. Of an OpenWrt release: all but its identity, which lies last; an overlay behind the root would be mounted over it. Pure.
 */
export function emptyPlaces(image: Image): EmptyPlace[] {
  const { raw, mapped, layout, partitions } = image;
  const identity = partitions.find(({ name }) => name === 'identity');
  if (layout === 'openwrt') return unmapped(mapped, 0, identity?.offset ?? raw.size);
  const first = Math.min(...partitions.map(({ offset }) => offset));
  // Where init writes the entries anew when it lengthens the last partition.
  const spare = spareArrayStart * sectorSize;
  return [
    ...unmapped(mapped, 0, Math.min(spare, first)),
    ...unmapped(mapped, spare + entryCount * entrySize, first),
    ...partitions
      .filter(({ name }) => !written.test(name))
      .flatMap(({ offset, size }) => unmapped(mapped, offset, endOfContent(mapped, offset, offset + size))),
  ];
}

/** The end of the last mapped block of a partition; its beginning if there is none. */
function endOfContent(mapped: Image['mapped'], start: number, end: number): number {
  const last = mapped.findLast(
    (range) => range.first * mapBlockSize < end && (range.last + 1) * mapBlockSize > start,
  );
  return last === undefined ? start : Math.min(end, (last.last + 1) * mapBlockSize);
}

function unmapped(mapped: Image['mapped'], start: number, end: number): EmptyPlace[] {
  const places: EmptyPlace[] = [];
  let from = start;
  for (const { first, last } of mapped) {
    const [offset, next] = [first * mapBlockSize, (last + 1) * mapBlockSize];
    if (offset >= end) break;
    if (offset > from) places.push({ offset: from, length: offset - from });
    from = Math.max(from, next);
  }
  if (from < end) places.push({ offset: from, length: end - from });
  return places;
}

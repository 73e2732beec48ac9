import { type DiskUse, usesOf } from './disk-uses.ts';
import { formatGigabytes } from './format-gigabytes.ts';
import type { Disk, Machine } from './machine.ts';

/** Why a disk is not written. A person's word lifts some: the option is named. */
export interface DiskRefusal {
  readonly kind:
    | 'system'
    | 'mounted'
    | 'swap'
    | 'held'
    | 'busy'
    | 'empty'
    | 'too-small'
    | 'suspiciously-large'
    | 'not-removable'
    | 'write-protected';
  /** What is so, as half a sentence: `it is mounted at /media/card (sdb1)`. */
  readonly reason: string;
  readonly liftedBy: '--allow-large' | '--allow-fixed' | null;
}

export interface DiskDemands {
  /** Bytes that a card must have; null while no image is chosen. */
  readonly imageSize: number | null;
  /** The word for disks beyond `largestExpected`. */
  readonly allowLarge: boolean;
  /** The word for disks that are not removable. */
  readonly allowFixed: boolean;
}

/**
 * 128 GiB: a data partition grows no further (builder/image/ext4.ts), so a larger card is wasted, and a larger disk is rather somebody's archive.
 * Cards sold as 128 GB have less.
 */
export const largestExpected = 128 * 2 ** 30;

/**
 * All reasons not to write a disk, not the first. Pure.
 * @param busy whether the kernel refuses to hand it out alone, for whatever reason
 */
export function judgeDisk(disk: Disk, machine: Machine, demands: DiskDemands, busy: boolean): DiskRefusal[] {
  const refusals: DiskRefusal[] = useRefusals(usesOf(disk, machine));
  const add = (kind: DiskRefusal['kind'], reason: string, liftedBy: DiskRefusal['liftedBy'] = null): void => {
    refusals.push({ kind, reason, liftedBy });
  };
  if (busy && refusals.length === 0) add('busy', 'something that the kernel does not name uses it');
  const { imageSize, allowLarge, allowFixed } = demands;
  if (disk.size === 0) add('empty', 'there is no card in it');
  else if (imageSize !== null && disk.size < imageSize) {
    add('too-small', `it has ${disk.size} bytes, and the image needs ${imageSize}`);
  }
  if (disk.size > largestExpected && !allowLarge) {
    const limit = formatGigabytes(largestExpected);
    add(
      'suspiciously-large',
      `it has ${formatGigabytes(disk.size)}, and cards have ${limit} at most`,
      '--allow-large',
    );
  }
  if (!disk.removable && !allowFixed) add('not-removable', 'it is not removable', '--allow-fixed');
  if (disk.readOnly) add('write-protected', 'it is write-protected');
  return refusals;
}

const phrases: Readonly<Record<DiskUse['kind'], string>> = {
  system: 'it holds the system:',
  mounted: 'it is mounted at',
  swap: 'it is swapped to:',
  held: 'it is part of',
};

/** Containers mount one file system at dozens of places. */
const mostPlaces = 4;

/** One refusal a kind. */
function useRefusals(uses: readonly DiskUse[]): DiskRefusal[] {
  return (['system', 'mounted', 'swap', 'held'] as const).flatMap((kind) => {
    const places = uses.filter((use) => use.kind === kind).map(placeOf);
    if (places.length === 0) return [];
    const more = places.length > mostPlaces ? ` and ${places.length - mostPlaces} more` : '';
    const reason = `${phrases[kind]} ${places.slice(0, mostPlaces).join(', ')}${more}`;
    return [{ kind, reason, liftedBy: null }];
  });
}

function placeOf({ what, through }: DiskUse): string {
  return through.length === 0 ? what : `${what} (${through.join(' > ')})`;
}

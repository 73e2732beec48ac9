import { type FileHandle, open } from 'node:fs/promises';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { readPartitionPlaces } from '../../builder/image/partition-places.ts';
import { sectorSize, sectorsPerMiB } from '../../builder/image/sectors.ts';

/** A part of a router's card, in bytes. */
export interface RouterPart {
  /** `p1`, `p2`: a partition by its number. `identity`: what a unit is given when it is burnt. */
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What a GPT may have behind its last partition: 32 sectors of entries and a header. */
const backupTable = 33;
/** In MiB; the longest identity is 260 KiB. */
const identitySize = 1;
/** Sectors before the first partition: the two blocks that a burner writes last. */
const leastHead = 16;

/**
 * Makes an image of a release as large as its partitions (OpenWrt leaves the end of the last one out), with room for a unit's identity behind them: at the first
 * whole MiB after the place of a GPT's backup. It is in no partition, so that the table stays OpenWrt's, and sysupgrade leaves it alone;
 * overlays/openwrt/lib/boardsmith/unit.sh finds it by the same rule.
 * @param image a raw image; it is changed
 * @returns its parts in the order in which they lie
 * @throws BoardsmithError AUDIT_FAILED if it is no card's image
 */
export async function growToCard(image: string): Promise<RouterPart[]> {
  const handle = await open(image, 'r+');
  try {
    const table = await readPartitionPlaces((offset, length) => readUpTo(handle, offset, length));
    if (typeof table === 'string') throw noCard(table);
    const places = [...table.places].sort((a, b) => a.start - b.start);
    const [first, last] = [places[0], places.at(-1)];
    if (first === undefined || last === undefined) throw noCard('its table has no partition');
    if (first.start < leastHead) throw noCard('its first partition begins right behind the table');
    const end = last.start + last.length + backupTable;
    const identity = Math.ceil(end / sectorsPerMiB) * sectorsPerMiB;
    await requireZeros(handle, identity * sectorSize);
    // What was there are zeros.
    await handle.truncate(identity * sectorSize);
    await handle.truncate((identity + identitySize * sectorsPerMiB) * sectorSize);
    return [
      ...places.map(({ number, start, length }) => part(`p${number}`, start, length)),
      part('identity', identity, identitySize * sectorsPerMiB),
    ];
  } finally {
    await handle.close();
  }
}

function part(name: string, start: number, length: number): RouterPart {
  return { name, offset: start * sectorSize, size: length * sectorSize };
}

async function readUpTo(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

async function requireZeros(handle: FileHandle, from: number): Promise<void> {
  const piece = 1 << 20;
  const { size } = await handle.stat();
  for (let offset = from; offset < size; offset += piece) {
    const bytes = await readUpTo(handle, offset, piece);
    if (bytes.some((byte) => byte !== 0)) throw noCard('it holds something behind its last partition');
  }
}

function noCard(why: string): BoardsmithError {
  return new BoardsmithError('AUDIT_FAILED', `the image of the release is none of a card: ${why}`, {
    hint: 'name the type of an image that is written to a whole card: combined-efi, sdcard',
  });
}

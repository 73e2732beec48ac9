import { BoardsmithError } from '../error/boardsmith-error.ts';

export interface CpioEntry {
  /** Absolute: `/init`. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a file; of a symlink its target. */
  readonly content: Buffer;
}

const headerSize = 110;
const trailer = 'TRAILER!!!';
/** File type bits of st_mode (inode(7)). */
const types: ReadonlyMap<number, CpioEntry['type']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
]);

export interface CpioArchive {
  /** Sorted by path. */
  readonly entries: readonly CpioEntry[];
  /** First byte after it. */
  readonly end: number;
}

/**
 * Reads a cpio archive in the "newc" format (Documentation/driver-api/early-userspace/buffer-format.rst); others may follow it.
 * @throws BoardsmithError FILE_UNUSABLE if it is none or is cut off
 */
export function readCpio(archive: Buffer): CpioArchive {
  const entries: CpioEntry[] = [];
  for (let at = 0; ; ) {
    if (at + headerSize > archive.length) throw unusable('it is cut off');
    const magic = archive.toString('latin1', at, at + 6);
    if (magic !== '070701' && magic !== '070702') throw unusable('it is no cpio archive');
    const field = (index: number): number => hex(archive, at + 6 + index * 8);
    const [mode, uid, gid, size, nameSize] = [1, 2, 3, 6, 11].map(field) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const start = aligned(at + headerSize + nameSize);
    if (nameSize < 1 || start + size > archive.length) throw unusable('it is cut off');
    const name = archive.toString('utf8', at + headerSize, at + headerSize + nameSize - 1);
    if (name === trailer) {
      entries.sort((a, b) => (a.path < b.path ? -1 : 1));
      return { entries, end: aligned(start + size) };
    }
    entries.push({
      path: `/${name}`,
      type: types.get(mode & 0o170000) ?? 'other',
      mode: mode & 0o7777,
      uid,
      gid,
      content: archive.subarray(start, start + size),
    });
    at = aligned(start + size);
  }
}

function hex(archive: Buffer, at: number): number {
  const text = archive.toString('latin1', at, at + 8);
  if (!/^[0-9A-Fa-f]{8}$/.test(text)) throw unusable('a header of it is none');
  return Number.parseInt(text, 16);
}

function aligned(position: number): number {
  return Math.ceil(position / 4) * 4;
}

function unusable(what: string): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `the initramfs cannot be read: ${what}`, {
    hint: 'the image is damaged, or no image of boardsmith build',
  });
}

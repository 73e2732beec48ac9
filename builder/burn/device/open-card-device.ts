import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { alignedBuffer, isAligned } from './aligned-buffer.ts';
import { type CardDevice, transferBlock } from './card-device.ts';
import { deviceNumberOf } from './device-number.ts';

export interface CardOpening {
  /** To write, a block device is claimed alone (O_EXCL): the kernel refuses one that is mounted, swapped to or part of another. */
  readonly access: 'read' | 'write';
  /** Bytes: to write a regular file, it is made if it is not there, and made this long. Without it, a file must be there and keeps its size. */
  readonly fileSize?: number;
}

/** A card that is open. */
export interface OpenedCard extends CardDevice {
  /** `8:16` of a block device, null of a file: what `/sys/dev/block` knows it by. */
  readonly deviceNumber: string | null;
}

/** What opening needs of this machine; tests hand in their own. */
export interface OpeningSystem {
  /** Folder in which `sys` lies: `/`. */
  readonly root: string;
  readonly open: (path: string, flags: number, mode: number) => Promise<FileHandle>;
}

const thisMachine: OpeningSystem = { root: '/', open };

/** A dry run's file holds what a card does, a unit's secrets too. */
const privateMode = 0o600;

/**
 * Opens a block device or a regular file for large transfers past the kernel's cache. A file system that knows no O_DIRECT is used without it,
 * which `readsPastCache` then says.
 * Transfers of one process share its threads (libuv's, four of them): for many cards the command line takes more, so that a slow one holds up no other.
 * @throws BoardsmithError DISK_REFUSED if it cannot be had: not there, busy, no right to, write-protected, neither device nor file
 */
export async function openCardDevice(
  path: string,
  opening: CardOpening,
  system: OpeningSystem = thisMachine,
): Promise<OpenedCard> {
  // Opening a pipe would wait for its other end.
  const before = await stat(path).catch(() => null);
  if (before !== null) requireDiskOrFile(path, before);
  const { handle, direct } = await openDirect(path, opening, system).catch((error) => {
    throw refusal(path, opening, error);
  });
  try {
    return await cardOf(path, handle, direct, opening, system);
  } catch (error) {
    await handle.close();
    throw error instanceof BoardsmithError ? error : refusal(path, opening, error);
  }
}

async function openDirect(
  path: string,
  { access, fileSize }: CardOpening,
  { open }: OpeningSystem,
): Promise<{ handle: FileHandle; direct: boolean }> {
  const { O_RDONLY, O_RDWR, O_EXCL, O_CREAT, O_DIRECT, O_NOFOLLOW } = constants;
  let flags = O_RDONLY;
  if (access === 'write') {
    // With O_CREAT, O_EXCL would mean "it must be new"; the callers of the two cases know which of them they name.
    flags = fileSize === undefined ? O_RDWR | O_EXCL : O_RDWR | O_CREAT | O_NOFOLLOW;
  }
  const attempt = async (more: number): Promise<FileHandle> => await open(path, flags | more, privateMode);
  let handle: FileHandle;
  try {
    handle = await attempt(O_DIRECT);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    return { handle: await attempt(0), direct: false };
  }
  // Some file systems take the flag and refuse the transfer.
  try {
    await handle.read(alignedBuffer(transferBlock), 0, transferBlock, 0);
    return { handle, direct: true };
  } catch (error) {
    await handle.close();
    // A block that cannot be read, or a folder, is told of by what follows.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL')
      return { handle: await attempt(O_DIRECT), direct: true };
    return { handle: await attempt(0), direct: false };
  }
}

async function cardOf(
  path: string,
  handle: FileHandle,
  direct: boolean,
  { access, fileSize }: CardOpening,
  { root }: OpeningSystem,
): Promise<OpenedCard> {
  const stats = await handle.stat();
  requireDiskOrFile(path, stats);
  const kind = stats.isFile() ? 'file' : 'block';
  if (access === 'write' && fileSize !== undefined) {
    // It was opened without a claim, as files are.
    if (kind === 'block') throw refused(path, 'it is a disk, and a file was to be written');
    // One that was there may be open to everybody.
    if ((stats.mode & 0o077) !== 0) await handle.chmod(privateMode);
    if (stats.size !== fileSize) await handle.truncate(fileSize);
  }
  const deviceNumber = kind === 'file' ? null : deviceNumberOf(stats);
  const size = deviceNumber === null ? (await handle.stat()).size : await sizeOf(path, root, deviceNumber);
  return {
    path,
    kind,
    size,
    deviceNumber,
    readsPastCache: direct,
    read: async (offset, into) => {
      requireAligned(offset, into);
      return (await handle.read(into, 0, into.length, offset)).bytesRead;
    },
    write: async (offset, bytes) => {
      requireAligned(offset, bytes);
      return (await handle.write(bytes, 0, bytes.length, offset)).bytesWritten;
    },
    sync: async () => await handle.sync(),
    close: async () => await handle.close(),
  };
}

function requireDiskOrFile(path: string, stats: Stats): void {
  if (!stats.isBlockDevice() && !stats.isFile()) throw refused(path, 'it is neither a disk nor a file');
}

/** Where O_DIRECT is not to be had, a wrong buffer would go unnoticed. */
function requireAligned(offset: number, bytes: Uint8Array): void {
  if (offset % transferBlock !== 0 || !isAligned(bytes)) {
    throw new RangeError(`a transfer at byte ${offset} is not aligned to ${transferBlock} bytes`);
  }
}

/** sysfs counts in sectors of 512 bytes, whatever the disk's own are. */
async function sizeOf(path: string, root: string, deviceNumber: string): Promise<number> {
  const text = await readFile(join(root, 'sys/dev/block', deviceNumber, 'size'), 'utf8').catch((cause) => {
    throw refused(path, 'the kernel does not say how large it is', cause);
  });
  const size = Number(text) * 512;
  if (!Number.isSafeInteger(size) || size <= 0) throw refused(path, 'it holds no card');
  return size;
}

const reasons: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['it is not there', 'boardsmith burn --list'],
  EBUSY: [
    'something uses it: it is mounted, swapped to, or part of another disk',
    'unmount it; boardsmith burn --list says what uses it',
  ],
  EACCES: ['this user may not open it', 'run the same command as root'],
  EPERM: ['this user may not open it', 'run the same command as root'],
  EROFS: ['it is write-protected', "move the switch at the card's edge, or take another reader"],
  ENOMEDIUM: ['it holds no card', 'put a card in, then: boardsmith burn --list'],
  ENXIO: ['it holds no card', 'put a card in, then: boardsmith burn --list'],
  EISDIR: ['it is a folder', 'name a whole disk: boardsmith burn --list'],
  ELOOP: ['it is a link', 'name the file that it points to'],
  ENOSPC: ['the file system that it lies in is full', 'make room or name another file'],
};

function refusal(path: string, { access }: CardOpening, error: unknown): BoardsmithError {
  const { code = '', errno, message } = error as NodeJS.ErrnoException;
  // ENOMEDIUM, for which libuv has no name.
  const [why, hint] = reasons[errno === -123 ? 'ENOMEDIUM' : code] ?? [message, 'boardsmith burn --list'];
  return new BoardsmithError(
    'DISK_REFUSED',
    `${path} cannot be ${access === 'write' ? 'written' : 'read'}: ${why}`,
    {
      hint,
      cause: error,
    },
  );
}

function refused(path: string, why: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('DISK_REFUSED', `${path} cannot be used: ${why}`, {
    hint: 'boardsmith burn --list',
    ...(cause === undefined ? {} : { cause }),
  });
}

import { type FileHandle, open } from 'node:fs/promises';
import { BoardsmithError } from '../../error/boardsmith-error.ts';

/** A card that is open to be read in pieces. */
export interface CardReader {
  /** As many bytes as there are, up to `length`. @throws an Error of the device: a block that it cannot give */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A card, or a file with the bytes of one, as the kernel's cache has it. */
export class CardBytes implements CardReader {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** @throws BoardsmithError FILE_UNUSABLE */
  static async open(path: string): Promise<CardBytes> {
    try {
      return new CardBytes(await open(path, 'r'));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      const isForbidden = code === 'EACCES' || code === 'EPERM';
      throw new BoardsmithError('FILE_UNUSABLE', `cannot read ${path}`, {
        hint: isForbidden
          ? `sudo boardsmith verify ${path} …: reading a disk takes root`
          : 'name a card or a file',
        cause,
      });
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.#handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

import type { FileHandle } from 'node:fs/promises';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { Transfer } from './transfers.ts';

/** An image that lies decompressed and verified in the cache, open for any number of cards. */
export interface RawImage {
  readonly path: string;
  /** Fills all of `into`. @throws BoardsmithError FILE_UNUSABLE if the file is not what it was */
  read(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** @param handle closed by `close` */
export function rawImageOf(path: string, handle: FileHandle): RawImage {
  return {
    path,
    read: async (offset, into) => {
      for (let done = 0; done < into.length; ) {
        const { bytesRead } = await handle.read(into, done, into.length - done, offset + done);
        if (bytesRead === 0) throw changedWhileBurning(path);
        done += bytesRead;
      }
    },
    close: async () => await handle.close(),
  };
}

/** The decompressed image is not what it was when it was checked: no card is to blame. */
export function changedWhileBurning(path: string): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${path} changed while cards were written from it`, {
    hint: 'run the same command again: it is made anew; keep others out of the cache folder',
  });
}

/** What a card is to hold, for any place of its plan. */
export class CardContents {
  readonly #raw: RawImage;
  readonly #marker: Uint8Array;
  readonly #identity: Uint8Array;
  readonly #identityOffset: number;

  /**
   * @param identity whole blocks; empty for none
   * @param identityOffset where they begin on the card
   */
  constructor(raw: RawImage, marker: Uint8Array, identity: Uint8Array, identityOffset: number) {
    this.#raw = raw;
    this.#marker = marker;
    this.#identity = identity;
    this.#identityOffset = identityOffset;
  }

  get rawPath(): string {
    return this.#raw.path;
  }

  /** Puts the bytes of a transfer into the beginning of a buffer. @returns that part of the buffer */
  async fill(transfer: Transfer, buffer: Uint8Array): Promise<Uint8Array> {
    for (const { offset, length, content } of transfer.parts) {
      const at = offset - transfer.offset;
      const into = buffer.subarray(at, at + length);
      if (content === 'image') await this.#raw.read(offset, into);
      else if (content === 'zeros') into.fill(0);
      else if (content === 'marker') into.set(this.#marker);
      else
        into.set(
          this.#identity.subarray(offset - this.#identityOffset, offset - this.#identityOffset + length),
        );
    }
    return buffer.subarray(0, transfer.length);
  }
}

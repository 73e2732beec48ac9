import { isAligned } from '../../builder/burn/device/aligned-buffer.ts';
import { type CardDevice, transferBlock } from '../../builder/burn/device/card-device.ts';

/** What a card, its reader or the hand that holds it may do wrong. All of it may be changed while the card is in use. */
export interface CardFaults {
  /** Bytes that it really has; it claims more. */
  realSize?: number;
  /**
   * What becomes of what lies beyond: its address wraps around (over the whole card, or over all but its head), or it is dropped and reads
   * as zeros, or as other bytes each time.
   */
  beyond?: 'wraps' | 'wraps-past-head' | 'zeros' | 'noise';
  /** Bytes of that head; 1 MiB if left out. */
  head?: number;
  /** Bytes that the card's own memory answers from for as long as they are the last written, whatever it really keeps. */
  cachedBytes?: number;
  /** Bits that come back flipped from a byte's place. */
  flips?: { readonly offset: number; readonly mask: number }[];
  /** Blocks of 4096 that cannot be read or written. */
  badBlocks?: { readonly offset: number; readonly on: 'read' | 'write'; readonly code?: string }[];
  /** Most bytes that one call moves. */
  longestTransfer?: number;
  writeProtected?: boolean;
  /** Bytes after whose writing it is pulled out: the call in which that happens fails. */
  pulledAfter?: number;
  /** Whether what was written since the last sync is lost when it is pulled out. */
  losesUnsynced?: boolean;
  /** Runs before each call; a card is as slow as what it waits for. It may pull the card. */
  before?: (call: CardCall) => Promise<void> | void;
}

export interface CardCall {
  readonly kind: 'read' | 'write' | 'sync';
  readonly offset: number;
  readonly length: number;
}

const mebibyte = 1 << 20;

/**
 * A card that keeps what is written in memory, block by block, so that it may claim any size. It refuses what O_DIRECT refuses. Opened with
 * `throughCache`, it is what a reader sees who does not pass the kernel's cache: what was written, whatever the card kept.
 */
export class SimulatedCard {
  readonly size: number;
  readonly faults: CardFaults;
  /** Every call that was made, in order. */
  readonly calls: CardCall[] = [];
  readonly #path: string;
  readonly #medium = new Map<number, Buffer>();
  /** What was last written, by the block that was named, for `cachedBytes`; the oldest first. */
  readonly #lastWritten = new Map<number, Buffer>();
  readonly #unsynced = new Map<number, Buffer | undefined>();
  #inserted = 1;
  #present = true;
  #written = 0;
  #noise = 1;

  constructor(size: number, faults: CardFaults = {}, path = '/dev/simulated') {
    this.size = size;
    this.faults = faults;
    this.#path = path;
  }

  /** Bytes that reached it in all. */
  get written(): number {
    return this.#written;
  }

  /** From now on every call of who has it open fails. */
  pull(): void {
    this.#present = false;
    if (this.faults.losesUnsynced === true) {
      for (const [block, before] of this.#unsynced) {
        if (before === undefined) this.#medium.delete(block);
        else this.#medium.set(block, before);
      }
    }
    this.#unsynced.clear();
    this.#lastWritten.clear();
  }

  /** Who opens it now finds what it kept; who had it open before does not. */
  putBack(): void {
    this.#present = true;
    this.#inserted += 1;
    delete this.faults.pulledAfter;
  }

  /** What the medium holds, past every fault but a false size. */
  content(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    eachBlock(offset, length, (block, within, at, count) => {
      this.#kept(block).copy(bytes, at, within, within + count);
    });
    return bytes;
  }

  /** Puts bytes on the medium behind everyone's back. */
  plant(offset: number, bytes: Uint8Array): void {
    eachBlock(offset, bytes.length, (block, within, at, count) => {
      const content = Buffer.from(this.#kept(block));
      content.set(bytes.subarray(at, at + count), within);
      this.#keep(block, content);
    });
  }

  /** Blocks of 4096 that were ever written and are not zero, ascending: offsets in bytes. */
  filledBlocks(): number[] {
    return [...this.#medium]
      .filter(([, bytes]) => bytes.some((byte) => byte !== 0))
      .map(([block]) => block * transferBlock)
      .sort((a, b) => a - b);
  }

  open({ throughCache = false }: { readonly throughCache?: boolean } = {}): CardDevice {
    if (!this.#present) throw systemError('ENXIO');
    const session = this.#inserted;
    const cache = throughCache ? new Map<number, Buffer>() : null;
    let open = true;
    const begin = async (call: CardCall): Promise<void> => {
      if (!open) throw systemError('EBADF');
      this.calls.push(call);
      await this.faults.before?.(call);
      if (!this.#present || session !== this.#inserted) throw systemError('ENODEV');
    };
    return {
      path: this.#path,
      kind: 'block',
      size: this.size,
      readsPastCache: !throughCache,
      read: async (offset, into) => {
        await begin({ kind: 'read', offset, length: into.length });
        return this.#read(offset, into, cache);
      },
      write: async (offset, bytes) => {
        await begin({ kind: 'write', offset, length: bytes.length });
        return this.#write(offset, bytes, cache);
      },
      sync: async () => {
        await begin({ kind: 'sync', offset: 0, length: 0 });
        this.#unsynced.clear();
      },
      close: async () => {
        open = false;
      },
    };
  }

  #read(offset: number, into: Uint8Array, cache: ReadonlyMap<number, Buffer> | null): number {
    requireAlignment(offset, into);
    const length = this.#moved(offset, into.length);
    for (let at = 0; at < length; at += transferBlock) {
      const block = (offset + at) / transferBlock;
      const piece = into.subarray(at, Math.min(length, at + transferBlock));
      const cached = cache?.get(block);
      if (cached === undefined) this.#failIfBad('read', offset + at);
      piece.set((cached ?? this.#answer(block)).subarray(0, piece.length));
    }
    return length;
  }

  #write(offset: number, bytes: Uint8Array, cache: Map<number, Buffer> | null): number {
    requireAlignment(offset, bytes);
    if (this.faults.writeProtected === true) throw systemError('EPERM');
    if (offset >= this.size) throw systemError('ENOSPC');
    const length = this.#moved(offset, bytes.length);
    for (let at = 0; at < length; at += transferBlock) {
      const block = (offset + at) / transferBlock;
      const piece = bytes.subarray(at, Math.min(length, at + transferBlock));
      this.#failIfBad('write', offset + at);
      const content = Buffer.from(this.#kept(block));
      content.set(piece);
      this.#keep(block, content);
      cache?.set(block, content);
      this.#remember(block, content);
      this.#written += piece.length;
      if (this.faults.pulledAfter !== undefined && this.#written >= this.faults.pulledAfter) {
        this.pull();
        throw systemError('ENODEV');
      }
    }
    return length;
  }

  #moved(offset: number, length: number): number {
    return Math.max(0, Math.min(length, this.faults.longestTransfer ?? length, this.size - offset));
  }

  #failIfBad(on: 'read' | 'write', offset: number): void {
    const bad = this.faults.badBlocks?.find((one) => one.on === on && one.offset === offset);
    if (bad !== undefined) throw systemError(bad.code ?? 'EIO');
  }

  /** What a read of a block gives, with the card's memory and flipped bits. */
  #answer(block: number): Buffer {
    const remembered = this.#lastWritten.get(block);
    if (remembered !== undefined) return remembered;
    const content = Buffer.from(this.#kept(block));
    for (const { offset, mask } of this.faults.flips ?? []) {
      const within = offset - block * transferBlock;
      if (within >= 0 && within < transferBlock) content[within]! ^= mask;
    }
    return content;
  }

  #remember(block: number, content: Buffer): void {
    const room = (this.faults.cachedBytes ?? 0) / transferBlock;
    this.#lastWritten.delete(block);
    if (room > 0) this.#lastWritten.set(block, content);
    for (const oldest of this.#lastWritten.keys()) {
      if (this.#lastWritten.size <= room) return;
      this.#lastWritten.delete(oldest);
    }
  }

  #kept(block: number): Buffer {
    const place = this.#place(block);
    if (place !== null) return this.#medium.get(place) ?? Buffer.alloc(transferBlock);
    if (this.faults.beyond !== 'noise') return Buffer.alloc(transferBlock);
    this.#noise += 1;
    return Buffer.alloc(transferBlock, `noise ${this.#noise} of ${block}`);
  }

  #keep(block: number, content: Buffer): void {
    const place = this.#place(block);
    if (place === null) return;
    if (!this.#unsynced.has(place)) this.#unsynced.set(place, this.#medium.get(place));
    this.#medium.set(place, content);
  }

  /** The block that the card really has for one that is named; null for none. */
  #place(block: number): number | null {
    const { realSize = this.size, beyond = 'zeros' } = this.faults;
    const real = Math.floor(realSize / transferBlock);
    if (block * transferBlock < realSize) return block;
    if (beyond === 'wraps') return block % real;
    const head = (this.faults.head ?? mebibyte) / transferBlock;
    return beyond === 'wraps-past-head' ? head + ((block - head) % (real - head)) : null;
  }
}

/** An error as the kernel's come from Node. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated`), { code });
}

/** What O_DIRECT wants of a transfer; the last one may end inside a block, at a sector. */
function requireAlignment(offset: number, bytes: Uint8Array): void {
  if (offset % transferBlock !== 0 || bytes.length % 512 !== 0 || !isAligned(bytes))
    throw systemError('EINVAL');
}

function eachBlock(
  offset: number,
  length: number,
  use: (block: number, within: number, at: number, count: number) => void,
): void {
  for (let at = 0; at < length; ) {
    const block = Math.floor((offset + at) / transferBlock);
    const within = (offset + at) % transferBlock;
    const count = Math.min(transferBlock - within, length - at);
    use(block, within, at, count);
    at += count;
  }
}

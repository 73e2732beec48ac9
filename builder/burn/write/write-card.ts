import { randomBytes } from 'node:crypto';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';
import type { CardDevice } from '../device/card-device.ts';
import { CardFault } from '../device/card-fault.ts';
import { syncWhole } from '../device/whole-transfers.ts';
import type { CardBuffers } from './card-buffers.ts';
import { CardContents, type RawImage } from './card-contents.ts';
import { type CardPiece, type CardPlan, planCard } from './card-plan.ts';
import { compareTransfers } from './compare-transfers.ts';
import { earlierAttempt } from './earlier-attempt.ts';
import type { Journal } from './journal.ts';
import { type Marker, markerBlock } from './marker.ts';
import { type Stretch, totalLength } from './stretch.ts';
import { type Transfer, transfersOf } from './transfers.ts';
import { writeTransfers } from './write-transfers.ts';
import { WrongBytes } from './wrong-bytes.ts';

/**
 * `prepare`: the card is made unable to boot. `check`: what an earlier attempt wrote is read back. `write`, `verify`: the partitions.
 * `finish`: tables and boot loader, written and read back.
 */
export type CardPhase = 'prepare' | 'check' | 'write' | 'verify' | 'finish';

export interface CardProgress {
  readonly phase: CardPhase;
  /** Of the phase. */
  readonly bytes: number;
  readonly total: number;
}

export interface CardWriting {
  readonly device: CardDevice;
  readonly image: Pick<ReleasedImage, 'name' | 'raw' | 'mapped' | 'partitions'>;
  readonly raw: RawImage;
  /** Whole blocks for the beginning of the identity partition; null for a unit without an identity. */
  readonly identity: Uint8Array | null;
  /** What an old card may have left where the image maps nothing. */
  readonly wipe: readonly Stretch[];
  readonly buffers: CardBuffers;
  /** Where to remember how far it came. */
  readonly journal: Journal;
  /** Whether it was found out that the card has the size that it claims. */
  readonly probed: boolean;
  /** Whether to read everything back. */
  readonly verify: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: CardProgress) => void;
}

export interface WrittenCard {
  readonly verified: boolean;
  /** Bytes that this attempt wrote, read back, and found written by an earlier attempt. */
  readonly written: number;
  readonly readBack: number;
  readonly resumed: number;
}

/** Bytes after which the card is told to keep what it has, and the journal how far that is. */
const syncEvery = 64 << 20;

/**
 * Writes one card whole and reads it back. The order is that of `CardPlan`: whatever ends this early, nothing starts from the card. What an
 * earlier attempt left on the same card is read back and not written again.
 * @throws CardFault or WrongBytes if the card is bad or was pulled out; BoardsmithError INTERRUPTED, FILE_UNUSABLE, RELEASE_INVALID
 */
export async function writeCard(writing: CardWriting): Promise<WrittenCard> {
  const { image, identity } = writing;
  const plan = planCard({ image, identitySize: identity?.length ?? 0, wipe: writing.wipe });
  try {
    return await new CardWriter(writing, plan).run();
  } catch (error) {
    if (!writing.signal.aborted || error !== writing.signal.reason) throw error;
    throw stoppedCard(writing.device.path, error);
  }
}

class CardWriter {
  readonly #writing: CardWriting;
  readonly #plan: CardPlan;
  readonly #body: readonly Transfer[];
  #signal: AbortSignal;
  #written = 0;
  #readBack = 0;

  constructor(writing: CardWriting, plan: CardPlan) {
    this.#writing = writing;
    this.#plan = plan;
    this.#signal = writing.signal;
    this.#body = transfersOf(plan.body);
  }

  async run(): Promise<WrittenCard> {
    const { journal, verify } = this.#writing;
    const plan = this.#plan;
    const begun = await this.#begin();
    await this.#writeBody(begun.marker, begun.transfers);
    if (verify) {
      const kept = plan.cleared.filter(({ offset }) => offset >= this.#writing.image.raw.size);
      await this.#compare('verify', [...this.#body, ...transfersOf(kept)], plan.inside);
    }
    this.#writing.signal.throwIfAborted();
    // From here on it takes a moment, and ends in a card that starts or in one that does not: it is not stopped in between.
    this.#signal = new AbortController().signal;
    await this.#write('finish', transfersOf(plan.finish));
    await this.#sync();
    if (verify) await this.#compare('finish', transfersOf(ascending([...plan.finish, ...plan.cleared])), []);
    await this.#seal(begun.marker);
    await journal.forget();
    const { kind, readsPastCache } = this.#writing.device;
    return {
      // Of a disk, what the kernel remembers is no proof; a file may lie in nothing but its memory.
      verified: verify && (readsPastCache || kind === 'file'),
      written: this.#written,
      readBack: this.#readBack,
      resumed: totalLength(this.#body.slice(0, begun.transfers)),
    };
  }

  /** Takes up an earlier attempt, or begins a new one. */
  async #begin(): Promise<{ readonly marker: Marker; readonly transfers: number }> {
    const { journal, image } = this.#writing;
    const earlier = await this.#earlier();
    if (earlier !== null) {
      // Its marker stands; it may have come as far as the boot loader.
      await this.#write('prepare', transfersOf(this.#plan.prepare.slice(1)));
      await this.#sync();
      return earlier;
    }
    await journal.forget();
    const marker = { image: image.raw.sha256, attempt: randomBytes(16).toString('hex') };
    await this.#write('prepare', transfersOf(this.#plan.prepare), marker);
    await this.#sync();
    return { marker, transfers: 0 };
  }

  /** @returns null if the card is not the one that the journal tells of, or nothing of it can be kept */
  async #earlier(): Promise<{ readonly marker: Marker; readonly transfers: number } | null> {
    const { journal, device, buffers, image } = this.#writing;
    const entry = await earlierAttempt(device, journal, image, buffers.back);
    if (entry === null) return null;
    // The identity is the unit's, whose key may be another one by now: it is written again.
    const most = this.#body.findIndex(({ parts }) => parts.some(({ content }) => content === 'identity'));
    const claimed = Math.min(entry.transfers, most < 0 ? this.#body.length : most);
    let good = 0;
    try {
      await this.#compare('check', this.#body.slice(0, claimed), [], () => {
        good += 1;
      });
    } catch (error) {
      // What is wrong is written again, and is a fault if it then still is.
      if (!(error instanceof WrongBytes)) throw error;
      if (good === 0) return null;
    }
    return { marker: { image: entry.image, attempt: entry.attempt }, transfers: good };
  }

  /** The first block, and a last look at all that lies outside of the partitions. If that is wrong, the marker comes back. */
  async #seal(marker: Marker): Promise<void> {
    const { seal, outside, prepare } = this.#plan;
    try {
      await this.#write('finish', transfersOf([seal]));
      await this.#sync();
      if (!this.#writing.verify) return;
      const pieces = outside.map(({ offset, length }): CardPiece => ({ offset, length, content: 'image' }));
      await this.#compare('finish', transfersOf(pieces), outside);
    } catch (error) {
      const unseal = async (): Promise<void> => {
        await this.#write('finish', transfersOf(prepare.slice(0, 1)), marker);
        await this.#sync();
      };
      // It may be gone, or take nothing any more; what is told is what was wrong first.
      await unseal().catch(() => undefined);
      throw error;
    }
  }

  async #writeBody(marker: Marker, from: number): Promise<void> {
    const { journal, probed } = this.#writing;
    let done = from;
    let unsynced = 0;
    const remember = async (): Promise<void> => {
      await this.#sync();
      await journal.write({ ...marker, transfers: done, probed });
      unsynced = 0;
    };
    try {
      await this.#write('write', this.#body.slice(from), marker, async (transfer) => {
        done += 1;
        unsynced += transfer.length;
        if (unsynced >= syncEvery) await remember();
      });
    } catch (error) {
      // Of what it had no time to keep, the next attempt finds out.
      const isPulledOut = error instanceof CardFault && error.kind === 'pulled-out';
      if (isPulledOut) await journal.write({ ...marker, transfers: done, probed });
      else if (this.#signal.aborted) await remember();
      throw error;
    }
    await remember();
  }

  async #write(
    phase: CardPhase,
    transfers: readonly Transfer[],
    marker: Marker | null = null,
    onDone: (transfer: Transfer) => Promise<void> | void = () => undefined,
  ): Promise<void> {
    const tell = this.#meter(phase, transfers);
    await writeTransfers(transfers, {
      ...this.#work(marker),
      onDone: async (transfer) => {
        this.#written += transfer.length;
        tell(transfer);
        await onDone(transfer);
      },
    });
  }

  async #compare(
    phase: CardPhase,
    transfers: readonly Transfer[],
    ranges: CardPlan['inside'],
    onDone: () => void = () => undefined,
  ): Promise<void> {
    const tell = this.#meter(phase, transfers);
    await compareTransfers(transfers, ranges, {
      ...this.#work(null),
      onDone: (transfer) => {
        this.#readBack += transfer.length;
        tell(transfer);
        onDone();
      },
    });
  }

  #work(marker: Marker | null) {
    const { device, raw, identity, image, buffers } = this.#writing;
    const identityOffset = image.partitions.find(({ name }) => name === 'identity')?.offset ?? 0;
    const contents = new CardContents(
      raw,
      marker === null ? new Uint8Array() : markerBlock(marker),
      identity ?? new Uint8Array(),
      identityOffset,
    );
    return { device, contents, buffers, signal: this.#signal };
  }

  #meter(phase: CardPhase, transfers: readonly Transfer[]): (transfer: Transfer) => void {
    const total = totalLength(transfers);
    let bytes = 0;
    this.#writing.onProgress({ phase, bytes, total });
    return ({ length }) => {
      bytes += length;
      this.#writing.onProgress({ phase, bytes, total });
    };
  }

  async #sync(): Promise<void> {
    await syncWhole(this.#writing.device);
  }
}

function ascending(pieces: readonly CardPiece[]): CardPiece[] {
  return [...pieces].sort((a, b) => a.offset - b.offset);
}

/** What a person gets who stopped it. */
function stoppedCard(path: string, cause: unknown): BoardsmithError {
  return new BoardsmithError(
    'INTERRUPTED',
    `stopped: the card in ${path} is marked unfinished; nothing starts from it`,
    { hint: 'run the same command again to finish it', cause },
  );
}

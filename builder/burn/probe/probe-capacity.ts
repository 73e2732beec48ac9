import { randomBytes } from 'node:crypto';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { alignedBuffer } from '../device/aligned-buffer.ts';
import { type CardDevice, transferBlock } from '../device/card-device.ts';
import { readWhole, syncWhole, writeWhole } from '../device/whole-transfers.ts';
import { totalLength } from '../write/stretch.ts';
import { type CapacityVerdict, judgeProbes } from './judge-probes.ts';
import { ProbeBlocks, type ReadProbe } from './probe-block.ts';
import { type ProbePlan, planProbe } from './probe-plan.ts';

export interface CapacityProbe {
  readonly signal: AbortSignal;
  /** 16 bytes; new ones for each probe if left out. */
  readonly seed?: Buffer;
  /** Hears before each transfer, and at the end: how many bytes of all have been written or read. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

const mebibyte = 1 << 20;

/**
 * Finds out whether a card has the bytes that it claims, by writing some: its content is lost. Blocks are written all over it, synced, driven out of the
 * card's own memory by 16 MiB of others, and read back past the kernel's cache. A card of 32 GB takes 381 blocks of 4 KiB and those 16 MiB.
 * A card that drops what lies beyond its end is then searched for that end, so that a person hears its real size.
 * @param device opened for writing; it must read past the cache
 * @throws CardFault if a transfer fails, the signal's reason, RangeError for a device that reads through the kernel's cache: there a liar would pass
 */
export async function probeCapacity(device: CardDevice, options: CapacityProbe): Promise<CapacityVerdict> {
  if (!device.readsPastCache) throw new RangeError(`${device.path} is not read past the kernel's cache`);
  const trial = new ProbeTrial(device, options);
  const plan = planProbe(device.size);
  const read = await trial.run(plan);
  const verdict = judgeProbes(read);
  if (verdict.kind !== 'counterfeit' || verdict.how !== 'drops') return verdict;
  const kept = Math.max(...[...read].filter(([, probe]) => probe.kind === 'own').map(([offset]) => offset));
  const realSize = await findEnd(trial, plan, kept, verdict.firstLie);
  return { ...verdict, realSize, firstLie: realSize };
}

/** @throws BoardsmithError CARD_BAD for any verdict but an honest card's */
export function requireHonest(verdict: CapacityVerdict, device: Pick<CardDevice, 'path' | 'size'>): void {
  if (verdict.kind === 'honest') return;
  const { path, size } = device;
  if (verdict.kind === 'damaged') {
    throw new BoardsmithError('CARD_BAD', `${path} does not keep what is written at byte ${verdict.offset}`, {
      hint: 'throw the card away',
    });
  }
  const { realSize, firstLie } = verdict;
  throw new BoardsmithError(
    'CARD_BAD',
    `${path} is counterfeit: it claims ${size} bytes and has ${realSize}; byte ${firstLie} is not kept`,
    { hint: 'give the card back to who sold it, and do not trust others of the same lot' },
  );
}

/** Blocks tried in one round of the search for the end: 15 cut a stretch into 16. */
const triedAtOnce = 15;

/** The first block that is not kept, between one that is and one that is not. */
async function findEnd(
  trial: ProbeTrial,
  { filler }: ProbePlan,
  kept: number,
  lost: number,
): Promise<number> {
  let [low, high] = [kept, lost];
  while (high - low > transferBlock) {
    const step = Math.max(
      transferBlock,
      Math.floor((high - low) / (triedAtOnce + 1) / transferBlock) * transferBlock,
    );
    const far: number[] = [];
    for (let offset = low + step; offset < high && far.length < triedAtOnce; offset += step)
      far.unshift(offset);
    const read = await trial.run({ near: [], far, filler });
    for (const offset of far.toReversed()) {
      if (read.get(offset)!.kind !== 'own') {
        high = offset;
        break;
      }
      low = offset;
    }
  }
  return high;
}

class ProbeTrial {
  readonly #device: CardDevice;
  readonly #options: CapacityProbe;
  readonly #blocks: ProbeBlocks;
  readonly #buffer = alignedBuffer(mebibyte);

  constructor(device: CardDevice, options: CapacityProbe) {
    this.#device = device;
    this.#options = options;
    this.#blocks = new ProbeBlocks(options.seed ?? randomBytes(16));
  }

  /** Writes what is planned and reads it back. */
  async run({ near, far, filler }: ProbePlan): Promise<Map<number, ReadProbe>> {
    const offsets = [...near, ...far];
    const block = this.#buffer.subarray(0, transferBlock);
    const total = 2 * offsets.length * transferBlock + totalLength(filler);
    let bytes = 0;
    const begin = (length: number): void => {
      this.#options.signal.throwIfAborted();
      this.#options.onProgress?.(bytes, total);
      bytes += length;
    };
    for (const offset of offsets) {
      begin(transferBlock);
      this.#blocks.fill(block, offset);
      await writeWhole(this.#device, offset, block);
    }
    await syncWhole(this.#device);
    for (const { offset, length } of filler) {
      begin(length);
      await writeWhole(this.#device, offset, this.#buffer.subarray(0, length));
    }
    await syncWhole(this.#device);
    const read = new Map<number, ReadProbe>();
    for (const offset of offsets) {
      begin(transferBlock);
      await readWhole(this.#device, offset, block.fill(0));
      read.set(offset, this.#blocks.judge(block, offset));
    }
    this.#options.onProgress?.(total, total);
    return read;
  }
}

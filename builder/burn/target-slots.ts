import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { CardFacts } from './burn-event.ts';
import type { CardSlot, ClaimedCard } from './card-slot.ts';
import { type BurnTarget, chooseTargets, type TargetDemands } from './disks/choose-targets.ts';
import { claimTarget } from './disks/claim-target.ts';
import { type DiskSystem, thisSystem } from './disks/disk-system.ts';
import { endDryRun } from './disks/dry-run-file.ts';
import type { Disk } from './disks/machine.ts';
import { readMachine } from './disks/read-machine.ts';
import { waitForMedium } from './disks/wait-for-medium.ts';

/** The slot of a target that was chosen and, where it is a disk, agreed to. */
export function slotOf(
  target: BurnTarget,
  demands: TargetDemands,
  system: DiskSystem = thisSystem,
): CardSlot {
  return target.kind === 'file' ? fileSlot(target, system) : new DiskSlot(target.disk, demands, system);
}

function fileSlot(target: BurnTarget & { readonly kind: 'file' }, system: DiskSystem): CardSlot {
  return {
    path: target.file,
    reusable: false,
    claim: async (imageSize) => {
      const device = await claimTarget(target, imageSize, system);
      return {
        device,
        blank: !target.exists,
        facts: {
          ...{ cardId: basename(target.file), ownId: false, model: null, serial: null, bus: 'file' },
          size: imageSize,
        },
        release: async (complete) => {
          await device.close();
          if (complete) await endDryRun(target.file);
        },
      };
    },
    changed: async () => undefined,
  };
}

/** A reader: the first card is the one that was agreed to; each that follows is judged as the first was, and the reader must be the same. */
class DiskSlot implements CardSlot {
  readonly path: string;
  readonly reusable = true;
  readonly #first: Disk;
  readonly #demands: TargetDemands;
  readonly #system: DiskSystem;
  #isFirst = true;
  /** What was in it when a card was last claimed or refused: another one is waited for. */
  #met: Pick<Disk, 'path' | 'sequence'>;

  constructor(first: Disk, demands: TargetDemands, system: DiskSystem) {
    this.path = first.path;
    this.#first = first;
    this.#met = first;
    this.#demands = demands;
    this.#system = system;
  }

  async claim(imageSize: number): Promise<ClaimedCard> {
    try {
      const disk = this.#isFirst ? this.#first : await this.#next(imageSize);
      this.#isFirst = false;
      const device = await claimTarget({ kind: 'disk', disk }, imageSize, this.#system);
      this.#met = disk;
      return { device, blank: false, facts: factsOf(disk), release: async () => await device.close() };
    } catch (error) {
      // Nobody put in for this what is refused: it is neither tried again and again, nor written when it has become another disk's name.
      const { disks } = await readMachine(this.#system.root);
      this.#met = disks.find(({ path }) => path === this.path) ?? { path: this.path, sequence: null };
      throw error;
    }
  }

  async changed(signal: AbortSignal): Promise<void> {
    await waitForMedium(this.#met, this.#system, signal);
  }

  async #next(imageSize: number): Promise<Disk> {
    const [target] = await chooseTargets([this.path], { ...this.#demands, imageSize }, this.#system);
    if (target?.kind !== 'disk') throw new Error(`${this.path} is no disk`);
    const changed = otherReader(this.#first, target.disk);
    if (changed === null) return target.disk;
    throw new BoardsmithError(
      'DISK_REFUSED',
      `${this.path} is another reader or disk now: its ${changed} changed`,
      {
        hint: 'stop, look which card is where (boardsmith burn --list), and run the same command again',
      },
    );
  }
}

/** What tells that a name belongs to another reader than before; a card in an SD slot of its own has another model and serial than the last. */
function otherReader(first: Disk, now: Disk): 'bus' | 'model' | 'serial' | null {
  if (now.bus !== first.bus) return 'bus';
  if (first.bus === 'mmc') return null;
  if (now.model !== first.model) return 'model';
  return now.serial === first.serial ? null : 'serial';
}

function factsOf({ cardId, model, serial, bus, size }: Disk): CardFacts {
  const named = [model, cardId ?? serial].filter((word) => word !== null).join(' ');
  return { cardId: named === '' ? 'unknown' : named, ownId: cardId !== null, model, serial, bus, size };
}

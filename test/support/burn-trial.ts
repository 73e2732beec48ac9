import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CardDevice } from '../../builder/burn/device/card-device.ts';
import { planWipe } from '../../builder/burn/wipe/plan-wipe.ts';
import { type CardBuffers, cardBuffers } from '../../builder/burn/write/card-buffers.ts';
import type { RawImage } from '../../builder/burn/write/card-contents.ts';
import { Journal } from '../../builder/burn/write/journal.ts';
import { type Stretch, without } from '../../builder/burn/write/stretch.ts';
import type { CardProgress, CardWriting, WrittenCard } from '../../builder/burn/write/write-card.ts';
import { mapBlockSize } from '../../builder/image/block-map.ts';
import type { ReleasedImage } from '../../builder/release/release-manifest.ts';
import { type CardFaults, SimulatedCard } from './card-simulator.ts';
import { noise, type SmallRelease } from './small-release.ts';

const mebibyte = 1 << 20;
/** A card that is larger than the image, so that its own end is another place than the image's. */
export const cardSize = 18 * mebibyte;
const sector = 512;

/** One image, one card that something else was on before, and what is done with them. */
export class BurnTrial {
  readonly image: ReleasedImage;
  readonly raw: Buffer;
  readonly card: SimulatedCard;
  readonly identity = Buffer.concat([noise('identity', 5000), Buffer.alloc(2 * mapBlockSize - 5000)]);
  readonly wipe: readonly Stretch[];
  readonly phases: CardProgress[] = [];
  /** Changed by tests of an image that changes. */
  rawFile: Buffer;
  readonly #folder: string;
  readonly #buffers: CardBuffers;

  constructor(release: SmallRelease, folder: string, faults: CardFaults = {}, buffers = cardBuffers()) {
    this.image = release.manifest.images[0]!;
    this.raw = release.raw[this.image.name]!;
    this.rawFile = Buffer.from(this.raw);
    this.card = new SimulatedCard(cardSize, {});
    this.#folder = folder;
    this.#buffers = buffers;
    this.wipe = planWipe(this.image, cardSize);
    this.#plantOldCard();
    Object.assign(this.card.faults, faults);
  }

  /** Another system, bootable, on all of the card: boot loader, both tables, noise everywhere. */
  #plantOldCard(): void {
    const old = noise('old card', cardSize);
    old[510] = 0x55;
    old[511] = 0xaa;
    old.write('EFI PART', sector, 'latin1');
    old.write('EFI PART', cardSize - sector, 'latin1');
    this.card.plant(0, old);
  }

  /** Writes the card. @param write the function itself, or a changed one */
  async burn(
    write: (writing: CardWriting) => Promise<WrittenCard>,
    change: Partial<CardWriting> = {},
  ): Promise<WrittenCard> {
    const device = change.device ?? this.card.open();
    try {
      return await write({ ...this.writing(device), ...change });
    } finally {
      await device.close();
    }
  }

  writing(device: CardDevice): CardWriting {
    const raw: RawImage = {
      path: join(this.#folder, 'raw.img'),
      read: async (offset, into) => {
        into.set(this.rawFile.subarray(offset, offset + into.length));
      },
      close: async () => undefined,
    };
    return {
      device,
      raw,
      image: this.image,
      identity: this.identity,
      wipe: this.wipe,
      buffers: this.#buffers,
      journal: new Journal(join(this.#folder, 'journal'), 'simulated', this.image.raw.sha256),
      probed: true,
      verify: true,
      signal: new AbortController().signal,
      onProgress: (progress) => this.phases.push(progress),
    };
  }

  /**
   * Whether anything could start from the card as it is: U-Boot (disk/part_efi.c, part_test_efi) and Linux (block/partitions/efi.c, find_valid_gpt)
   * take neither table without the protective MBR's signature.
   * @param prepared whether what was on it before must be gone too
   */
  couldStart(prepared = true): string | null {
    const first = this.card.content(0, 2 * sector);
    if (first.readUInt16LE(510) === 0xaa55) return 'it has a boot sector';
    if (first.toString('latin1', sector, sector + 8) === 'EFI PART') return 'it has a partition table';
    if (!prepared) return null;
    const backup = this.card.content(cardSize - sector, 8).toString('latin1');
    if (backup === 'EFI PART') return 'it has the old backup table';
    const loader = { offset: 8192, length: mapBlockSize };
    const old = noise('old card', cardSize).subarray(loader.offset, loader.offset + loader.length);
    return this.card.content(loader.offset, loader.length).equals(old) ? 'it has the old boot loader' : null;
  }

  /** Everything in which the card differs from what a burnt card holds; empty for a good one. */
  differences(): string[] {
    const found: string[] = [];
    const content = this.card.content(0, cardSize);
    const hold = (what: string, offset: number, expected: Buffer): void => {
      if (!content.subarray(offset, offset + expected.length).equals(expected)) found.push(what);
    };
    for (const { first, last, sha256 } of this.image.mapped) {
      const bytes = content.subarray(first * mapBlockSize, (last + 1) * mapBlockSize);
      if (createHash('sha256').update(bytes).digest('hex') !== sha256)
        found.push(`blocks ${first} to ${last}`);
    }
    const identity = this.image.partitions.find(({ name }) => name === 'identity')!;
    const whole = Buffer.alloc(identity.size);
    this.identity.copy(whole);
    hold('identity', identity.offset, whole);
    for (const { offset, length } of without(this.wipe, [
      { offset: identity.offset, length: identity.size },
    ])) {
      if (offset >= this.raw.length) hold('end of the card', offset, Buffer.alloc(length));
      else hold(`wiped at ${offset}`, offset, this.raw.subarray(offset, offset + length));
    }
    // Before the first partition, and where the image's backup table lies, nothing of the old card stays either.
    hold('before the partitions', 0, this.raw.subarray(0, this.image.partitions[0]!.offset));
    const end = identity.offset + identity.size + mebibyte;
    hold('end of the image', end, this.raw.subarray(end));
    return found;
  }
}

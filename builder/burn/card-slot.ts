import type { CardFacts } from './burn-event.ts';
import type { CardDevice } from './device/card-device.ts';

/** A place for cards: a reader's slot, or the file of a dry run. */
export interface CardSlot {
  /** As people name it. */
  readonly path: string;
  /** Whether another card can follow. */
  readonly reusable: boolean;
  /**
   * Claims the card that is in it now.
   * @param imageSize bytes
   * @throws BoardsmithError DISK_REFUSED
   */
  claim(imageSize: number): Promise<ClaimedCard>;
  /** Waits until another card is in, or the same one again. @throws the signal's reason */
  changed(signal: AbortSignal): Promise<void>;
}

/** A card that is open to be written. */
export interface ClaimedCard {
  readonly device: CardDevice;
  readonly facts: CardFacts;
  /** Whether it was made just now and holds zeros alone: the new file of a dry run. */
  readonly blank: boolean;
  /** Closes it. @param complete whether all of it was written */
  release(complete: boolean): Promise<void>;
}

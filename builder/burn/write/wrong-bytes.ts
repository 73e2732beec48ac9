import type { CardDevice } from '../device/card-device.ts';

/** A card gave back something else than was written. It stays inside the burner; a person gets CARD_BAD. */
export class WrongBytes extends Error {
  override readonly name = 'WrongBytes';
  /** Of the first wrong byte, from the card's beginning. */
  readonly offset: number;
  /** Whether the whole 4096 bytes around it came back as zeros: nothing was kept there. */
  readonly lost: boolean;

  constructor(device: Pick<CardDevice, 'path'>, offset: number, lost: boolean) {
    super(
      `${device.path}: ${lost ? 'nothing was kept' : 'other bytes came back than were written'}, at byte ${offset}`,
    );
    this.offset = offset;
    this.lost = lost;
  }
}

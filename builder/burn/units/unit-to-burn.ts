import type { DeviceKey } from '../../identity/device-key.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';

/** A line of the list of units, complete and checked. It holds secrets: it is not printed, logged or written to a file. */
export interface UnitToBurn {
  readonly serial: string;
  readonly image: ReleasedImage;
  readonly cluster: string | null;
  readonly position: string | null;
  readonly mac: string | null;
  /** null: one is made when the card is burnt. */
  readonly deviceKey: DeviceKey | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

import type { LockEntry } from '../../lock/lock-format.ts';
import type { ReleasedImage } from '../release-manifest.ts';

/** One image as a build made it, and what the release says of it. */
export interface ImageToRelease {
  /** `<recipe>-<board>`. */
  readonly name: string;
  readonly recipe: string;
  readonly board: string;
  /** For people, of the recipe. */
  readonly description: string;
  readonly positions: readonly string[];
  readonly unit: ReleasedImage['unit'];
  readonly layout: ReleasedImage['layout'];
  /** Output folders of the steps: the image with what describes it, its block map, and its compressed forms. */
  readonly folders: {
    readonly image: string;
    readonly blockMap: string;
    readonly zstd: string;
    readonly xz: string | null;
  };
}

/** What is the same for all images of a release. */
export interface ReleaseFacts {
  readonly name: string;
  readonly kind: 'recipe' | 'cluster';
  readonly description: string;
  readonly number: number;
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly builderVersion: string;
  readonly sourceRevision: string | null;
  /** sha256 of boardsmith.lock, and what it pins, by id. */
  readonly lock: string;
  readonly locked: Readonly<Record<string, LockEntry>>;
  /** Where the folder will lie for the world, with a slash at its end; null if that is not known. */
  readonly urlBase: string | null;
}

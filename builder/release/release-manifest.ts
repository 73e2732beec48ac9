import type { BlockRange } from '../image/block-map.ts';

/**
 * `manifest.json` of a release folder: what is signed. Canonical JSON (keys sorted, two spaces, one newline at the end), so that several
 * people who release the same thing sign the same bytes. Beside it lies one `manifest.json.KEYID.minisig` for each signer.
 */
export interface ReleaseManifest {
  readonly format: 'boardsmith-release/1';
  /** Name of the recipe or of the cluster. */
  readonly name: string;
  readonly kind: 'recipe' | 'cluster';
  /** Grows by at least one with every release of this name; 1 is the first. */
  readonly number: number;
  /** For people: `2026.11` or `1.4.0`. */
  readonly version: string;
  /** YYYY-MM-DD: given, or that of the lock; never the clock's. */
  readonly date: string;
  readonly builder: { readonly name: 'boardsmith'; readonly version: string };
  /** Commit of the sources (lower-case hex), or null outside a repository. A changed tree is not released. */
  readonly sourceRevision: string | null;
  /** sha256 of boardsmith.lock, lower-case hex. */
  readonly lock: string;
  readonly images: readonly ReleasedImage[];
  /** Every file of the folder but manifest.json and its signatures, sorted by path. */
  readonly files: readonly ReleasedFile[];
  /** The release that the notes compare with: its number and the sha256 of its manifest.json; null for none. */
  readonly previous: { readonly number: number; readonly manifest: string } | null;
}

export interface ReleasedFile {
  /** Relative to the release folder, POSIX separators. */
  readonly path: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface ReleasedImage {
  /** `<recipe>-<board>`, as `boardsmith build` names it. */
  readonly name: string;
  readonly recipe: string;
  readonly board: string;
  /** Positions of a cluster that this image is for (`cxo-1`, `cxo-2`, `router`), sorted; empty for a recipe. */
  readonly positions: readonly string[];
  /** The raw image: what a card's mapped blocks must hold. */
  readonly raw: { readonly size: number; readonly sha256: string };
  /** Paths in the folder. */
  readonly zstd: string;
  readonly xz: string | null;
  readonly bmap: string;
  readonly buildManifest: string;
  readonly provenance: string;
  /** CycloneDX and SPDX. */
  readonly sboms: readonly string[];
  /**
   * Runs of 4096-byte blocks that hold content, ascending and disjoint: `first` to `last`, both included, with the sha256 of their bytes.
   * The same as in the `.bmap`; what is not mapped is zero in the raw image.
   */
  readonly mapped: readonly BlockRange[];
  /**
   * `slots`: Boardsmith's own table, with partitions of these names; `data` may have grown to the end of a card, and what init writes may differ.
   * `openwrt`: partitions `p1`, `p2` by their numbers, and behind them `identity`, which is in no table; all but that stays as released.
   */
  readonly layout: 'slots' | 'openwrt';
  /** Partitions in the order in which they lie, in bytes. */
  readonly partitions: readonly ReleasedPartition[];
  /** What a unit may be given, as its recipe says; names are those of environment variables. */
  readonly unit: {
    /** Public keys (minisign's base64 line) that the image takes batch certificates from; empty: it takes no identity. */
    readonly authorities: readonly string[];
    readonly settings: readonly ReleasedUnitValue[];
    readonly secrets: readonly ReleasedUnitValue[];
  };
}

export interface ReleasedPartition {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

export interface ReleasedUnitValue {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** A regular expression for all of a value; any value if left out. */
  readonly pattern?: string;
}

import type { ReleaseManifest } from '../release-manifest.ts';

/** `changes.json` of a release folder: what is otherwise than in another release. Everything is listed by name; what did not change is left out. */
export interface ReleaseChanges {
  readonly format: 'boardsmith-changes/1';
  readonly name: string;
  readonly number: number;
  readonly version: string;
  /** null: a first release, or one that is compared with none. */
  readonly previous: (NonNullable<ReleaseManifest['previous']> & { readonly version: string }) | null;
  readonly images: readonly ImageChanges[];
  /** What the router lets pass that it did not, and the other way; null for a recipe, or without a previous release. */
  readonly flows: FlowChanges | null;
}

export interface ImageChanges {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed' | 'same';
  readonly packages: readonly PackageChange[];
  /** Bytes that parts take on the card, packed as they are there. */
  readonly sizes: readonly {
    readonly part: string;
    readonly from: number | null;
    readonly to: number | null;
  }[];
  readonly unit: readonly UnitChange[];
}

/** Versions; null for what was not, or is not, there. Equal ones: other bytes of one version. */
export interface PackageChange {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Of what a unit may be given. */
export interface UnitChange {
  readonly kind: 'setting' | 'secret' | 'authority';
  readonly name: string;
  readonly change: 'added' | 'removed' | 'now required' | 'no longer required' | 'described anew';
}

/** In words, sorted. */
export interface FlowChanges {
  readonly opens: readonly string[];
  readonly closes: readonly string[];
  /** Boards that came, went, or are somewhere else. */
  readonly moves: readonly string[];
}

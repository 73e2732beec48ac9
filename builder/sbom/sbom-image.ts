import type { SbomComponent } from './sbom-component.ts';

/** One image as the SBOMs describe it: image → part of the card → file → component. */
export interface SbomImage {
  /** `cxo-qemu-virt`. */
  readonly unit: string;
  /** YYYY-MM-DD of the lock, which stands for the image's version. */
  readonly date: string;
  /** Version of Boardsmith. */
  readonly version: string;
  readonly sha256: string;
  readonly places: readonly SbomPlace[];
  /** Sorted by id. */
  readonly components: readonly SbomComponent[];
}

/** A partition, an initramfs, or what lies outside of every partition. */
export interface SbomPlace {
  readonly name: string;
  /** null for one whose files are all there is to say (an initramfs). */
  readonly sha256: string | null;
  readonly files: readonly SbomFile[];
  /** Ids of components, for a place that is no file system. */
  readonly components: readonly string[];
}

export interface SbomFile {
  readonly path: string;
  readonly sha256: string;
  /** Ids of the components that it holds something of, sorted. */
  readonly components: readonly string[];
}

import type { DiskPart } from '../image/disk.ts';
import type { PartSize } from '../inspect/size-budgets.ts';
import type { ManifestBoot, ManifestInput, ManifestSource } from '../plan/manifest-parts.ts';

/** `<recipe>-<board>.manifest.json`: every input and output of one image, and what is needed to boot it without its sources. */
export interface ImageManifest {
  readonly manifestVersion: 1;
  readonly recipe: string;
  readonly board: string;
  /** YYYY-MM-DD of the lock: the time stamp of every file in the image. */
  readonly date: string;
  readonly outputs: readonly ManifestOutput[];
  /** Boot loader and partitions, in the order in which they lie on the card. */
  readonly partitions: readonly DiskPart[];
  /** What parts take on the card, packed as they are there, and what they may take. */
  readonly sizes: readonly PartSize[];
  /** The dm-verity tree over a root: 4096-byte blocks of data, its hash and its salt (lower-case hex). init holds the same. */
  readonly verity: {
    readonly partition: 'root-a';
    readonly dataBlocks: number;
    readonly rootHash: string;
    readonly salt: string;
  };
  /** Files of the root file system, by path. */
  readonly root: readonly ManifestRootFile[];
  readonly inputs: readonly ManifestInput[];
  readonly sources: readonly ManifestSource[];
  readonly boot: ManifestBoot;
}

export interface ManifestOutput {
  readonly role: 'image' | 'firmware' | 'firmware-environment' | 'sbom-cyclonedx' | 'sbom-spdx';
  /** Name of the file beside the manifest. */
  readonly file: string;
  readonly size: number;
  readonly sha256: string;
}

export interface ManifestRootFile {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: string;
  readonly size: number;
  readonly sha256: string | null;
  /** Lock entry or source it comes from. */
  readonly origin: string;
}

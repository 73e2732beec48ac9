import type { ManifestBoot, ManifestInput, ManifestSource } from '../../builder/plan/manifest-parts.ts';
import type { ImageManifest } from '../../builder/steps/image-manifest.ts';
import type { RootKind } from './build-release-image.ts';
import type { UnitSecret } from './closed/unit-settings.ts';
import type { RouterPart } from './grow-to-card.ts';

/** What a router's disk is published with. JSON values only: these are a step's parameters. */
export interface ReleaseDisk {
  /** `router-qemu-virt`. */
  readonly unit: string;
  readonly recipe: string;
  readonly board: string;
  /** YYYY-MM-DD of the lock. */
  readonly date: string;
  /** Version of Boardsmith. */
  readonly version: string;
  /** Version of OpenWrt. */
  readonly release: string;
  readonly fileSystem: RootKind;
  readonly unitSecrets: readonly UnitSecret['name'][];
  readonly inputs: readonly ManifestInput[];
  /** What is laid in, by its path there. */
  readonly files: readonly ManifestSource[];
  readonly boot: ManifestBoot;
}

/** `<unit>.manifest.json` of a router that is a release: as an appliance's, less what OpenWrt's images have not. */
export interface ReleaseManifest extends Omit<ImageManifest, 'verity' | 'partitions' | 'sizes' | 'root'> {
  readonly openwrt: {
    readonly version: string;
    /** Secrets that a unit is to be given when its card is burnt. */
    readonly unit: readonly UnitSecret['name'][];
    /** Name and version of every package in it, sorted. */
    readonly packages: readonly { readonly name: string; readonly version: string }[];
  };
  readonly partitions: readonly RouterPart[];
  /** An appliance's parts lie in places of its own; these lists are empty. */
  readonly sizes: readonly never[];
  readonly root: readonly never[];
}

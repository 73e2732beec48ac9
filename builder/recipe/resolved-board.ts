import type { OpenwrtDevice } from './openwrt-device.ts';

/** A board file after validation and normalisation. Frozen. A board is data: no code knows a board's name. */
export interface ResolvedBoard {
  readonly name: string;
  readonly description: string;
  /** True for the board that is meant when none is named. */
  readonly isDefault: boolean;
  readonly architecture: 'arm64';
  readonly memoryMiB: number;
  /** Where it begins; null if nobody needs to know. */
  readonly memoryAddress: number | null;
  readonly kernel: BoardKernel;
  readonly bootloader: Bootloader;
  readonly console: { readonly device: string; readonly baud: number };
  readonly partitions: PartitionSizes;
  readonly budgets: BoardBudgets;
  /** Device and time after which the hardware resets, or null for a board without a watchdog. */
  readonly watchdog: { readonly device: string; readonly timeoutSeconds: number } | null;
  /** Memory that a reset does not clear, for the kernel's last words; null for none. In bytes. */
  readonly lastWords: LastWordsMemory | null;
  /** True if a power key arrives as an input event. */
  readonly powerButton: boolean;
  /** Factor for the times that init waits. */
  readonly patience: number;
  /** How QEMU plays this board; null for a board that QEMU cannot play. */
  readonly qemu: QemuMachine | null;
  /** What OpenWrt calls it; null where a release is not known to have it. */
  readonly openwrt: OpenwrtDevice | null;
}

export interface LastWordsMemory {
  readonly address: number;
  readonly size: number;
}

export interface BoardKernel {
  readonly origin: KernelOrigin;
  /** Device tree's path below the kernel's folder of them, or null if the firmware hands one over. */
  readonly deviceTree: string | null;
  /** Modules by name, in the order in which init loads them; what they depend on is added by the build. */
  readonly modules: readonly string[];
  /** Kernel command line without console= and what the build adds. */
  readonly commandLine: readonly string[];
}

export type KernelOrigin =
  /** Debian package; a metapackage (linux-image-arm64) is followed to the real one when locked. */
  | { readonly kind: 'package'; readonly package: string }
  /** Debian package of the sources, and the fragment of a configuration that they are built with, over tinyconfig. */
  | { readonly kind: 'source'; readonly package: string; readonly fragment: SourceOfBoard };

/** A file that a board's file names. */
export interface SourceOfBoard {
  /** Absolute folder: where it lies on this machine. */
  readonly directory: string;
  /** Name in the folder. */
  readonly path: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface Bootloader {
  readonly origin: BootloaderOrigin;
  /** File inside the package, without a leading slash; or its name where it is built. */
  readonly file: string;
  /** `card`: written at `offset` of the image. `firmware`: handed to QEMU; nothing of it is on the card. */
  readonly place: 'card' | 'firmware';
  /** Bytes from the start of the card; null for `firmware`. */
  readonly offset: number | null;
  /** U-Boot's environment for `firmware` boards (second flash bank), sorted by name; empty for none. */
  readonly environment: Readonly<Record<string, string>>;
}

export type BootloaderOrigin =
  /** Debian package. */
  | { readonly kind: 'package'; readonly package: string }
  | {
      readonly kind: 'source';
      /** Debian source package: u-boot. */
      readonly package: string;
      /** Name of its defconfig, without `_defconfig`. */
      readonly configuration: string;
      /** Laid over that. */
      readonly fragment: SourceOfBoard;
      /** The secure world's firmware that is packed with it, from a package of the board's architecture; null for none. */
      readonly firmware: { readonly package: string; readonly file: string } | null;
    };

/** Sizes in MiB. Slots are fixed for the life of a unit; data grows to the end of the card at first boot. */
export interface PartitionSizes {
  readonly bootMiB: number;
  readonly rootMiB: number;
  readonly stateMiB: number;
  readonly identityMiB: number;
  readonly dataMiB: number;
}

/** Most bytes that parts of an image may take on the card, packed as they are there; null for no limit. */
export interface BoardBudgets {
  /** Kernel and device tree. */
  readonly kernel: number | null;
  readonly initramfs: number | null;
  /** On the card. */
  readonly bootloader: number | null;
  /** All but kernel and program with runtime. */
  readonly rest: number;
}

export interface QemuMachine {
  readonly machine: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  /** qemu device of the card, of the network card, and further ones, e.g. `virtio-blk-pci`. */
  readonly disk: string;
  readonly network: string;
  readonly devices: readonly string[];
}

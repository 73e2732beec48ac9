import type { QemuMachine } from '../builder/recipe/resolved-board.ts';
import type { Port } from '../builder/recipe/resolved-recipe.ts';

/** An image with all that is needed to boot and to judge it; made from what lies beside the image, not from its sources. */
export interface BootableImage {
  readonly recipe: string;
  readonly board: string;
  /** Absolute path of the disk image. Never written to, unless a card asks for it. */
  readonly image: string;
  /** Absolute path of the boot loader that QEMU runs from its first flash bank (`-bios`). */
  readonly firmware: string;
  /** Absolute path of the second flash bank, which holds U-Boot's environment; null for U-Boot's built-in one. */
  readonly environmentFlash: string | null;
  readonly machine: QemuMachine;
  /** MiB that the image's kernel needs at least. */
  readonly leastMemoryMiB: number;
  /** Kernel's name of the console, e.g. `ttyAMA0`. */
  readonly console: string;
  readonly ports: readonly Port[];
  /** Health over HTTP (`path` set), or a TCP connection that is accepted (`path` null), or nothing that a host could ask (null). */
  readonly health: { readonly port: number; readonly path: string | null } | null;
}

/** What QEMU is given to boot without a boot loader. Absolute paths. */
export interface DirectBoot {
  readonly kernel: string;
  readonly initramfs: string;
  readonly commandLine: string;
}

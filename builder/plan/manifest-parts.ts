import type { QemuMachine } from '../recipe/resolved-board.ts';
import type { Port } from '../recipe/resolved-recipe.ts';

/** The parts of an image's manifest that are known when it is planned. */

/** One entry of the lock that took part: in the image itself, or as a tool that shaped bytes. */
export interface ManifestInput {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly size: number;
}

/** One source file that took part, and where it belongs: `overlays/init/main.c`. */
export interface ManifestSource {
  readonly path: string;
  readonly sha256: string;
}

export interface ManifestBoot {
  readonly ports: readonly Port[];
  readonly health: { readonly port: number; readonly path: string | null } | null;
  readonly console: string;
  readonly kernelCommandLine: string;
  readonly qemu: QemuMachine | null;
  /** MiB below which a kernel of this image would reach for memory that is not there. */
  readonly leastMemoryMiB: number;
}

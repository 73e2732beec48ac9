import type { ImageDescription } from '../plan/image-description.ts';
import type { CardPart } from './card.ts';
import type { CardFile } from './card-file.ts';

/** What `boardsmith inspect` finds in an image. Sizes in bytes; lists are sorted, so equal images give equal reports. */
export interface ImageReport {
  readonly reportVersion: 1;
  readonly image: { readonly file: string; readonly size: number; readonly sha256: string };
  readonly parts: readonly ReportedPart[];
  readonly files: readonly ReportedFile[];
  /** ELF files of the root, and what each loads. */
  readonly elf: readonly ReportedElf[];
  /** Of the slot that is booted. */
  readonly boot: ReportedBoot;
  /** What the image says of itself; null if it says nothing. */
  readonly description: ImageDescription | null;
  /** What the SBOM beside the image names; null if none lies there. */
  readonly components: readonly ReportedComponent[] | null;
}

export interface ReportedPart extends CardPart {
  readonly sha256: string;
}

export interface ReportedFile extends Omit<CardFile, 'read' | 'extents'> {
  /** null for what is no file. */
  readonly sha256: string | null;
}

export interface ReportedElf {
  readonly path: string;
  readonly role: 'program' | 'library' | 'object';
  readonly machine: string;
  /** Path of its loader; null if it has none. */
  readonly interpreter: string | null;
  /** What it asks for, and the file that answers; null if none does, or if the loader itself does. */
  readonly needs: readonly { readonly library: string; readonly path: string | null }[];
}

export interface ReportedBoot {
  readonly slot: string;
  /** As the kernel says it of itself: `6.12.118+deb13-arm64`; null if it does not. */
  readonly kernelRelease: string | null;
  readonly commandLine: string;
  /** Names of the modules in the initramfs. */
  readonly modules: readonly string[];
  /** Options of the kernel's configuration, if it carries it (CONFIG_IKCONFIG). */
  readonly kernelOptions: Readonly<Record<string, string>> | null;
}

export interface ReportedComponent {
  readonly name: string;
  readonly version: string;
  readonly purl: string | null;
  readonly licence: string | null;
}

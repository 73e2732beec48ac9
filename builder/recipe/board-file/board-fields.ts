import type {
  BoardKernel,
  Bootloader,
  QemuMachine,
  ResolvedBoard,
  SourceOfBoard,
} from '../resolved-board.ts';
import { ruleMaker } from '../rule.ts';

/** The fields of a board's file, by their names there, with defaults filled in; sizes in bytes, durations in seconds. */
export interface BoardFields {
  readonly name: string;
  readonly description: string;
  readonly default: boolean;
  readonly architecture: 'arm64';
  readonly memory: number;
  readonly memoryAddress: number | null;
  readonly kernel: KernelFields;
  readonly bootloader: BootloaderFields;
  readonly console: ResolvedBoard['console'];
  readonly partitions: Readonly<Record<PartitionField, number>>;
  readonly budgets: ResolvedBoard['budgets'];
  readonly watchdog: { readonly device: string; readonly timeout: number } | null;
  readonly lastWords: ResolvedBoard['lastWords'];
  readonly powerButton: boolean;
  readonly patience: number;
  readonly qemu: QemuFields | null;
  readonly openwrt: ResolvedBoard['openwrt'];
}

/** One of `package` and `source` is null, by a rule. */
export type KernelFields = Omit<BoardKernel, 'origin'> & {
  readonly package: string | null;
  readonly source: { readonly package: string; readonly fragment: string } | null;
};

/** One of `package` and `source` is null, by a rule. */
export type BootloaderFields = Omit<Bootloader, 'origin'> & {
  readonly package: string | null;
  readonly source: {
    readonly package: string;
    readonly configuration: string;
    readonly fragment: string;
    readonly firmware: { readonly package: string; readonly file: string } | null;
  } | null;
};

export type PartitionField = 'boot' | 'root' | 'state' | 'identity' | 'data';

/** `memory` is null if it is the board's. */
export type QemuFields = Omit<QemuMachine, 'memoryMiB'> & { readonly memory: number | null };

export interface BoardFacts {
  /** Absolute path of the board's file. */
  readonly file: string;
  /** The fragments that `source` of kernel and boot loader name: null if none is named, a text (why) if it cannot be read. */
  readonly fragments: Readonly<Record<'kernel' | 'bootloader', SourceOfBoard | string | null>>;
}

export const boardRule = ruleMaker<BoardFields, BoardFacts>();

import type { BoardKernel, Bootloader, QemuMachine, ResolvedBoard } from '../resolved-board.ts';
import { ruleMaker } from '../rule.ts';

/** The fields of a board's file, by their names there, with defaults filled in; sizes in bytes, durations in seconds. */
export interface BoardFields {
  readonly name: string;
  readonly description: string;
  readonly default: boolean;
  readonly architecture: 'arm64';
  readonly memory: number;
  readonly kernel: BoardKernel;
  readonly bootloader: Bootloader;
  readonly console: ResolvedBoard['console'];
  readonly partitions: Readonly<Record<PartitionField, number>>;
  readonly watchdog: { readonly device: string; readonly timeout: number } | null;
  readonly powerButton: boolean;
  readonly patience: number;
  readonly qemu: QemuFields | null;
}

export type PartitionField = 'boot' | 'root' | 'state' | 'identity' | 'data';

/** `memory` is null if it is the board's. */
export type QemuFields = Omit<QemuMachine, 'memoryMiB'> & { readonly memory: number | null };

export interface BoardFacts {
  /** Absolute path of the board's file. */
  readonly file: string;
}

export const boardRule = ruleMaker<BoardFields, BoardFacts>();

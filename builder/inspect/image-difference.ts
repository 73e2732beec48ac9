import type { ReportedComponent, ReportedFile, ReportedPart } from './image-report.ts';

/** What changed from one image to another. All lists are empty for images of equal bytes. */
export interface ImageDifference {
  readonly from: string;
  readonly to: string;
  /** True if both are the same, bit for bit. */
  readonly same: boolean;
  readonly parts: readonly Change<ReportedPart>[];
  readonly files: readonly FileChange[];
  readonly components: readonly Change<ReportedComponent>[];
  /** Settings by name: `command line`, `kernel`, `modules`, and options of the kernel; null for one that is not there. */
  readonly settings: readonly {
    readonly name: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  /** Where bytes differ: the first one in each part. */
  readonly bytes: readonly ByteDifference[];
}

export interface Change<Thing> {
  readonly name: string;
  /** null for what is new. */
  readonly from: Thing | null;
  /** null for what is gone. */
  readonly to: Thing | null;
}

export interface FileChange extends Change<ReportedFile> {
  /** First byte of the content that differs; null if the content is the same, or there is but one. */
  readonly offset: number | null;
}

export interface ByteDifference {
  /** Name of a part, `partition table`, or `outside of every part`. */
  readonly part: string;
  /** Of the first byte that differs: in the image, and in the part. */
  readonly imageOffset: number;
  readonly partOffset: number;
  /** How many bytes of the part differ. */
  readonly count: number;
  /** Files whose stored bytes are there; empty if it is one of the file system's own tables. */
  readonly files: readonly string[];
}

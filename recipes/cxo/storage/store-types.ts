import type { Digest } from './digest.ts';

export interface StoreLimits {
  /** Existing absolute folder that belongs to the store. */
  readonly folder: string;
  /** Most bytes of the disk that objects, uploads and quarantine take together; null: no limit but the disk. */
  readonly quotaBytes: number | null;
  /** Bytes of the disk that are left free whatever the quota says. */
  readonly freeReserveBytes: number;
  /** Biggest object in bytes. */
  readonly maxObjectBytes: number;
}

/** Takes one event for the log. */
export type Report = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** What a put came to. */
export interface Kept {
  readonly digest: Digest;
  readonly size: number;
  /** False: it was there already. */
  readonly created: boolean;
}

export interface StoreStatistics {
  readonly objects: number;
  readonly object_bytes: number;
  /** Bytes of the disk that objects and quarantine take. */
  readonly disk_bytes: number;
  /** Bytes of the disk set aside for uploads that are under way. */
  readonly reserved_bytes: number;
  readonly quota_bytes: number | null;
  readonly free_bytes: number;
  readonly free_reserve_bytes: number;
  readonly quarantined_files: number;
  readonly quarantined_disk_bytes: number;
  /** Damaged objects found since the start. */
  readonly corruptions_found: number;
}

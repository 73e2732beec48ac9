import type { InputRequest, OpenwrtEntry } from '../../lock-format.ts';

export type OpenwrtRequest = InputRequest & { readonly kind: 'openwrt' };

/** A file of the mirror, pinned as it is now. */
export interface PinnedDownload {
  readonly entry: OpenwrtEntry;
  /** Where its bytes are. */
  readonly file: string;
}

export interface RecorderContext {
  /** The verified ImageBuilder: a `.tar.zst`. */
  readonly imageBuilder: string;
  /** An empty folder, removed afterwards. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /**
   * Fetches a path below the mirror's root and keeps it.
   * @returns null if the mirror has no such file
   */
  pin(path: string): Promise<PinnedDownload | null>;
  progress(line: string): void;
}

/**
 * Finds out which package indexes and packages an ImageBuilder takes for a request: it is run once with a mirror that pins what it serves.
 * How it is run is known to the router's room alone, so that hands this function to `resolveLock`.
 */
export type OpenwrtPackageRecorder = (
  request: OpenwrtRequest,
  context: RecorderContext,
) => Promise<readonly OpenwrtEntry[]>;

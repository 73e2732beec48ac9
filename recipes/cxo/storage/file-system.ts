/**
 * The disk as the store sees it. The store does everything through this interface, so that tests can record the order of its calls,
 * make any of them fail, or forget what was not flushed. Errors are Node's own (`code: 'ENOENT'` and so on).
 */
export interface FileSystem {
  openForReading(path: string): Promise<ReadableFile>;
  /** Makes a new file; `EEXIST` if there is one. */
  createFile(path: string): Promise<WritableFile>;
  /** Replaces `to` if it exists. Both are in the same file system. */
  rename(from: string, to: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Makes one folder; an existing one is no error. Answers whether it was made. Meant for the start: it may block. */
  makeFolder(path: string): Promise<boolean>;
  /** Makes the folder's entries durable. */
  syncFolder(path: string): Promise<void>;
  /** Names in a folder, in no order. */
  names(path: string): Promise<string[]>;
  /** Names and sizes in bytes of a whole folder, in no order. Meant for the start: it may block. */
  namesAndSizes(path: string): Promise<NamedSize[]>;
  /** Size in bytes, or null if there is no such file. */
  sizeOf(path: string): Promise<number | null>;
  /** Bytes that an unprivileged process can still write. */
  freeBytes(path: string): Promise<number>;
}

export interface NamedSize {
  readonly name: string;
  readonly size: number;
}

export interface ReadableFile {
  size(): Promise<number>;
  /** Fills `target` from `position`; answers fewer bytes than asked only at the end of the file. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

export interface WritableFile {
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Makes the file's bytes and size durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Node's error code of a failed call, such as `ENOSPC`; an empty string for anything else. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Where in an image a file is: a partition, or the initramfs that lies in one. */
export type FilePlace = string;

/** A file, folder or link of an image. */
export interface CardFile {
  /** `root-a`, or `boot-a:/initramfs` for what is in that archive. */
  readonly place: FilePlace;
  /** Absolute in its place. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Permission bits; null where the file system has none. */
  readonly mode: number | null;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Bytes that it takes on the card, packed as it is there; of a file in an archive, its share of the archive. */
  readonly stored: number;
  /** Where its bytes lie in its partition; empty for what is in an archive. Small files may share a stretch. */
  readonly extents: readonly { readonly offset: number; readonly length: number }[];
  /** Of a symlink; empty for others. */
  readonly target: string;
  /** Its content; empty for what is no file. @throws BoardsmithError FILE_UNUSABLE if it is damaged */
  read(): Promise<Buffer>;
}

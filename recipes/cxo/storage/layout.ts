import { join } from 'node:path';
import type { Digest } from './digest.ts';

/** Names of the folders that objects are spread over: 256, so that none grows too long. */
export const fanOutNames: readonly string[] = Array.from({ length: 256 }, (_, index) =>
  index.toString(16).padStart(2, '0'),
);

/** Where things are in the data folder. */
export class Layout {
  readonly root: string;
  /** `objects/ab/abcd…`: what is stored. */
  readonly objects: string;
  /** Uploads that are not complete. Emptied at every start. */
  readonly incoming: string;
  /** Objects that were found damaged. */
  readonly quarantine: string;

  constructor(root: string) {
    this.root = root;
    this.objects = join(root, 'objects');
    this.incoming = join(root, 'incoming');
    this.quarantine = join(root, 'quarantine');
  }

  /** Folder of all objects whose digest begins with these two digits. */
  fanOut(name: string): string {
    return join(this.objects, name);
  }

  /** Folder of an object's file. */
  folderOf(digest: Digest): string {
    return this.fanOut(digest.slice(0, 2));
  }

  fileOf(digest: Digest): string {
    return join(this.folderOf(digest), digest);
  }
}

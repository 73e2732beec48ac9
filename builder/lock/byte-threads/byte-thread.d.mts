import type { FileContent } from './file-content.mjs';

/** See byte-thread.mjs. */
export const threadFile: string;

/** What a thread can do; each is described in the file of its name. */
export interface ByteTasks {
  fileContent(path: string, texts: readonly string[]): FileContent;
  fileDigest(path: string, written?: SharedArrayBuffer): string;
  treeDigest(root: string): string;
}

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly message: string; readonly code?: string } };

/** See file-content.mjs. */
export interface FileContent {
  readonly sha256: string;
  readonly places: readonly number[];
}

/** See file-content.mjs. */
export function contentOf(bytes: Buffer, texts: readonly string[]): FileContent;

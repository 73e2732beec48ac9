/** See find-text.mjs. */
export function findText(bytes: Buffer, text: string, from?: number): number;

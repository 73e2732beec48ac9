import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { findText } from './find-text.mjs';

/**
 * What can be said of a file only after all its bytes were looked at.
 * @param {string} path
 * @param {readonly string[]} texts of one-byte characters
 * @returns {{sha256: string, places: number[]}} sha256 in lower-case hex; where each text stands first, -1 if it does not
 * @throws {Error} of the file system
 */
export function fileContent(path, texts) {
  return contentOf(readFileSync(path), texts);
}

/** The same of bytes. */
export function contentOf(bytes, texts) {
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    places: texts.map((text) => findText(bytes, text)),
  };
}

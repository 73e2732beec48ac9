/**
 * V8 looks for patterns of fewer than seven bytes with memchr, and for longer ones byte by byte: 0.015 s against 0.07 s in a program of
 * 109 MB (Node 20).
 */
const prefixLength = 6;

/**
 * Where a text of one-byte characters begins in a program, or -1: what `indexOf` says, but several times as fast in large programs.
 * @param {Buffer} bytes
 * @param {string} text
 * @param {number} from the first place that counts
 * @returns {number}
 */
export function findText(bytes, text, from = 0) {
  const prefix = text.slice(0, prefixLength);
  for (let at = bytes.indexOf(prefix, from, 'latin1'); at >= 0; at = bytes.indexOf(prefix, at + 1, 'latin1'))
    if (bytes.toString('latin1', at, at + text.length) === text) return at;
  return -1;
}

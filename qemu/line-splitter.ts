/** Longest line that is kept, in bytes; what follows up to the line's end is dropped. init's own lines are below 1 KiB. */
export const lineLimit = 4096;

const newline = 0x0a;

/**
 * Cuts a serial console's bytes into lines. Bytes are decoded a whole line at a time, so a character that arrives in two pieces is not
 * damaged. A line that is too long is cut once: its rest is never taken for a line of its own.
 */
export class LineSplitter {
  #pieces: Buffer[] = [];
  #length = 0;

  /** The lines that these bytes complete, as a person would read them. */
  push(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The line that has begun and not ended, e.g. a prompt. */
  get unfinished(): string {
    return printable(Buffer.concat(this.#pieces));
  }

  /** The unfinished line at the end of all input, or null. */
  end(): string | null {
    return this.#length === 0 ? null : this.#take();
  }

  #keep(bytes: Buffer): void {
    const kept = bytes.subarray(0, lineLimit - this.#length);
    // A copy: the chunk's memory belongs to the stream.
    if (kept.length > 0) this.#pieces.push(Buffer.from(kept));
    this.#length += kept.length;
  }

  #take(): string {
    const text = printable(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#length = 0;
    return text;
  }
}

/** Terminal control sequences that U-Boot and the kernel write: ESC [ … letter, and ESC with one character (ECMA-48, VT100's ESC 7 and 8). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what is looked for
const escapes = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: likewise
const controls = /[\x00-\x08\x0b-\x1f\x7f]/g;

/**
 * A console line without what only a terminal understands. A carriage return inside a line becomes a space: text that a terminal would write over
 * the line's beginning must not become the line's beginning.
 */
function printable(bytes: Buffer): string {
  return bytes
    .toString('utf8')
    .replace(escapes, '')
    .replace(/^\r+|\r+$/g, '')
    .replaceAll('\r', ' ')
    .replace(controls, '')
    .trimEnd();
}

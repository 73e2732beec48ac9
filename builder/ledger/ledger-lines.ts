import type { FileHandle } from 'node:fs/promises';

const blockSize = 1 << 20;
const newline = 0x0a;
/** Bytes of the longest line that is read as one: a record has less than a tenth of it. */
const longestLine = 1 << 18;

/** A piece of a ledger: a line, or (the last piece of all) what no newline ends. */
export interface LedgerLine {
  /** Without its newline. */
  readonly bytes: Buffer;
  readonly hasNewline: boolean;
  /** Where in the file it begins. */
  readonly offset: number;
}

/** The lines of a file, a block at a time. A line too long to be a record comes in pieces, which are none either. */
export async function* ledgerLines(handle: FileHandle): AsyncGenerator<LedgerLine> {
  let rest = Buffer.alloc(0);
  let offset = 0;
  for (let position = 0; ; ) {
    const block = Buffer.alloc(blockSize);
    const { bytesRead } = await handle.read(block, 0, blockSize, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    rest = Buffer.concat([rest, block.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline, start)) {
      yield { bytes: rest.subarray(start, end), hasNewline: true, offset };
      offset += end + 1 - start;
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > longestLine) {
      yield { bytes: rest, hasNewline: true, offset };
      offset += rest.length;
      rest = Buffer.alloc(0);
    }
  }
  if (rest.length > 0) yield { bytes: rest, hasNewline: false, offset };
}

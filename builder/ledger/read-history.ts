import type { FileHandle } from 'node:fs/promises';
import { LedgerHistory } from './ledger-history.ts';
import { type LedgerLine, ledgerLines } from './ledger-lines.ts';

/** A ledger's file, read from its beginning to its end. */
export interface ReadLedger {
  readonly history: LedgerHistory;
  /** `file:line:column: what is wrong`. */
  readonly problems: readonly string[];
  /** Bytes of whole lines. */
  readonly size: number;
  /** Bytes after them: a line that a crash cut off. */
  readonly torn: number;
}

/** Reads all lines of a ledger. @param file what problems call it */
export async function readHistory(handle: FileHandle, file: string): Promise<ReadLedger> {
  const history = new LedgerHistory();
  const problems: string[] = [];
  const read = ({ bytes }: LedgerLine): void => {
    for (const problem of history.read(bytes)) problems.push(`${file}:${history.lines}:1: ${problem}`);
  };
  let last: LedgerLine | undefined;
  for await (const line of ledgerLines(handle)) {
    if (last !== undefined) read(last);
    last = line;
  }
  if (last === undefined) return { history, problems, size: 0, torn: 0 };
  const end = last.offset + last.bytes.length + (last.hasNewline ? 1 : 0);
  if (isTorn(last)) return { history, problems, size: last.offset, torn: end - last.offset };
  read(last);
  return { history, problems, size: end, torn: 0 };
}

/**
 * Whether a crash cut the last line off: it has no newline, or has the zeros of blocks that the disk never got. No record has a zero byte,
 * and what stands in such a line was never acknowledged.
 */
function isTorn({ bytes, hasNewline }: LedgerLine): boolean {
  return !hasNewline || bytes.includes(0);
}

import { createHash } from 'node:crypto';
import { canonicalJson } from '../plan/canonical-json.ts';
import type { BatchClosed, LedgerRecord } from './ledger-record.ts';

/** What the first line has for the line before it. */
export const noPrevious = '0'.repeat(64);

/** A record as its line has it, without the newline. */
export function recordLine(record: LedgerRecord): string {
  return canonicalJson(record);
}

/** sha256 of a line without its newline, lower-case hex: what the next line has for the line before it. */
export function lineDigest(line: string | Uint8Array): string {
  return createHash('sha256').update(line).digest('hex');
}

/** What the signature of a closed batch is over: its line without the signature. */
export function closingBytes(record: Omit<BatchClosed, 'signature'>): Buffer {
  return Buffer.from(canonicalJson({ ...record, signature: undefined }));
}

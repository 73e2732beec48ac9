import { createHash } from 'node:crypto';
import { canonicalJson } from '../plan/canonical-json.ts';

/** A UUID (version 8, RFC 9562) that follows from a document's content: no clock and no random number. */
export function contentUuid(content: unknown): string {
  const bytes = createHash('sha256').update(canonicalJson(content)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

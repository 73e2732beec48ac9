import { createHash } from 'node:crypto';

/**
 * A UUID that follows from what it names: version 8 (RFC 9562: bits of one's own choice), from sha256. Lower case.
 * @param seed what tells one image's partitions from another's, e.g. `cxo qemu-virt`
 * @param name partition name, or `disk` for the table itself
 */
export function partitionUuid(seed: string, name: string): string {
  const bytes = createHash('sha256').update(`boardsmith\0${seed}\0${name}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Magic of a file with microseconds, version 2.4, link type 1 (Ethernet): draft-ietf-opsawg-pcap. */
const head = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');

export function pcapHeader(): Buffer {
  return Buffer.from(head);
}

/** @param atMs milliseconds since the capture's own beginning: no clock of the machine shows in a file */
export function pcapRecord(atMs: number, frame: Buffer): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt32LE(Math.floor(atMs / 1000), 0);
  record.writeUInt32LE(Math.floor((atMs % 1000) * 1000), 4);
  record.writeUInt32LE(frame.length, 8);
  record.writeUInt32LE(frame.length, 12);
  return Buffer.concat([record, frame]);
}

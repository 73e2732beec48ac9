import { internetChecksum, pseudoHeader } from './checksum.ts';
import { protocol } from './ip.ts';

/** RFC 768. */
export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

export function encodeUdp(datagram: UdpDatagram, source: string, destination: string): Buffer {
  const header = Buffer.alloc(8);
  const length = header.length + datagram.payload.length;
  header.writeUInt16BE(datagram.sourcePort, 0);
  header.writeUInt16BE(datagram.destinationPort, 2);
  header.writeUInt16BE(length, 4);
  const pseudo = pseudoHeader(source, destination, protocol.udp, length);
  // Zero would say that there is none.
  header.writeUInt16BE(internetChecksum(pseudo, header, datagram.payload) || 0xffff, 6);
  return Buffer.concat([header, datagram.payload]);
}

export function decodeUdp(bytes: Buffer): UdpDatagram | null {
  if (bytes.length < 8) return null;
  const length = bytes.readUInt16BE(4);
  if (length < 8 || length > bytes.length) return null;
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    payload: bytes.subarray(8, length),
  };
}

import { internetChecksum, pseudoHeader } from './checksum.ts';
import { protocol } from './ip.ts';

/** Control bits (RFC 9293, 3.1). */
export const tcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Numbers of 32 bits. */
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly payload: Buffer;
}

/** Smaller than what any link here carries at once, so that nobody has to cut. */
const window = 16_384;

export function encodeTcp(segment: TcpSegment, source: string, destination: string): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(segment.sourcePort, 0);
  header.writeUInt16BE(segment.destinationPort, 2);
  header.writeUInt32BE(segment.sequence >>> 0, 4);
  header.writeUInt32BE(segment.acknowledgement >>> 0, 8);
  header[12] = (header.length / 4) << 4;
  header[13] = segment.flags;
  header.writeUInt16BE(window, 14);
  const pseudo = pseudoHeader(source, destination, protocol.tcp, header.length + segment.payload.length);
  header.writeUInt16BE(internetChecksum(pseudo, header, segment.payload), 16);
  return Buffer.concat([header, segment.payload]);
}

export function decodeTcp(bytes: Buffer): TcpSegment | null {
  if (bytes.length < 20) return null;
  const headerLength = (bytes[12]! >> 4) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return null;
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    acknowledgement: bytes.readUInt32BE(8),
    flags: bytes[13]!,
    payload: bytes.subarray(headerLength),
  };
}

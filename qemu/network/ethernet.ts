import { macBytes, macText } from './address-bytes.ts';

/** EtherTypes (IEEE 802 numbers of IANA). */
export const etherType = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;
export const broadcastMac = 'ff:ff:ff:ff:ff:ff';
/** Length of the shortest frame without its check sequence; shorter ones are padded (IEEE 802.3). */
const shortest = 60;

export interface EthernetFrame {
  readonly destination: string;
  readonly source: string;
  readonly type: number;
  /** May be followed by padding. */
  readonly payload: Buffer;
}

export function encodeEthernet({ destination, source, type, payload }: EthernetFrame): Buffer {
  const head = Buffer.concat([macBytes(destination), macBytes(source), Buffer.alloc(2)]);
  head.writeUInt16BE(type, 12);
  const frame = Buffer.concat([head, payload]);
  return frame.length < shortest ? Buffer.concat([frame, Buffer.alloc(shortest - frame.length)]) : frame;
}

/** @returns null for what is too short to be a frame */
export function decodeEthernet(frame: Buffer): EthernetFrame | null {
  if (frame.length < 14) return null;
  return {
    destination: macText(frame.subarray(0, 6)),
    source: macText(frame.subarray(6, 12)),
    type: frame.readUInt16BE(12),
    payload: frame.subarray(14),
  };
}

/** The frame with an 802.1Q tag behind its addresses. @param id VLAN, 1 to 4094 */
export function addTag(frame: Buffer, id: number): Buffer {
  const tag = Buffer.alloc(4);
  tag.writeUInt16BE(etherType.vlan, 0);
  tag.writeUInt16BE(id, 2);
  return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
}

/** @returns null for a frame without a tag; the priority bits are dropped */
export function removeTag(frame: Buffer): { readonly id: number; readonly frame: Buffer } | null {
  if (frame.length < 18 || frame.readUInt16BE(12) !== etherType.vlan) return null;
  return {
    id: frame.readUInt16BE(14) & 0xfff,
    frame: Buffer.concat([frame.subarray(0, 12), frame.subarray(16)]),
  };
}

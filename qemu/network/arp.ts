import { addressBytes, addressText, macBytes, macText } from './address-bytes.ts';
import { broadcastMac, encodeEthernet, etherType } from './ethernet.ts';

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface Arp {
  readonly operation: 'request' | 'reply';
  readonly senderMac: string;
  readonly senderAddress: string;
  readonly targetMac: string;
  readonly targetAddress: string;
}

const head = Buffer.from('0001080006040000', 'hex');
export const nobody = '00:00:00:00:00:00';

export function encodeArp(arp: Arp): Buffer {
  const start = Buffer.from(head);
  start.writeUInt16BE(arp.operation === 'request' ? 1 : 2, 6);
  return Buffer.concat([
    start,
    macBytes(arp.senderMac),
    addressBytes(arp.senderAddress),
    macBytes(arp.targetMac),
    addressBytes(arp.targetAddress),
  ]);
}

/** @returns null for anything but IPv4 over Ethernet */
export function decodeArp(payload: Buffer): Arp | null {
  if (payload.length < 28 || !payload.subarray(0, 6).equals(head.subarray(0, 6))) return null;
  const operation = payload.readUInt16BE(6);
  if (operation !== 1 && operation !== 2) return null;
  return {
    operation: operation === 1 ? 'request' : 'reply',
    senderMac: macText(payload.subarray(8, 14)),
    senderAddress: addressText(payload.subarray(14, 18)),
    targetMac: macText(payload.subarray(18, 24)),
    targetAddress: addressText(payload.subarray(24, 28)),
  };
}

/** The frame that asks everybody for an address's MAC. */
export function arpRequest(from: { readonly mac: string; readonly address: string }, target: string): Buffer {
  return encodeEthernet({
    destination: broadcastMac,
    source: from.mac,
    type: etherType.arp,
    payload: encodeArp({
      operation: 'request',
      senderMac: from.mac,
      senderAddress: from.address,
      targetMac: nobody,
      targetAddress: target,
    }),
  });
}

/** The frame that tells who asked that this address is at this MAC. */
export function arpReply(from: { readonly mac: string; readonly address: string }, asked: Arp): Buffer {
  return encodeEthernet({
    destination: asked.senderMac,
    source: from.mac,
    type: etherType.arp,
    payload: encodeArp({
      operation: 'reply',
      senderMac: from.mac,
      senderAddress: from.address,
      targetMac: asked.senderMac,
      targetAddress: asked.senderAddress,
    }),
  });
}

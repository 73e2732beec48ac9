import { addressBytes, macBytes } from './address-bytes.ts';

/** Kinds of message that a server sends (RFC 8415, 7.3). */
export const dhcpv6Kind = { advertise: 2, reply: 7 } as const;
/** RFC 8415, 7.2. */
export const dhcpv6Port = { client: 546, server: 547 } as const;

/** Options by number (RFC 8415, 21; RFC 3646). */
const option = { client: 1, server: 2, association: 3, address: 5, vendor: 16, resolvers: 23 } as const;

/** What a DHCPv6 server says to a client. */
export interface Dhcpv6Answer {
  readonly kind: number;
  /** 24 bits. */
  readonly transaction: number;
  readonly clientMac: string;
  readonly serverMac: string;
  readonly address: string;
  readonly resolver: string;
  /** Bytes that a client passes over: data of a vendor. */
  readonly vendorData: Buffer;
}

const lifetimeSeconds = 3600;

export function encodeDhcpv6(answer: Dhcpv6Answer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(((answer.kind << 24) | (answer.transaction & 0xffffff)) >>> 0);
  const lifetimes = Buffer.alloc(8);
  lifetimes.writeUInt32BE(lifetimeSeconds, 0);
  lifetimes.writeUInt32BE(lifetimeSeconds, 4);
  const lease = optionBytes(option.address, Buffer.concat([addressBytes(answer.address), lifetimes]));
  return Buffer.concat([
    head,
    optionBytes(option.client, identifierOf(answer.clientMac)),
    optionBytes(option.server, identifierOf(answer.serverMac)),
    optionBytes(option.association, Buffer.concat([Buffer.alloc(4), lifetimes, lease])),
    optionBytes(option.resolvers, addressBytes(answer.resolver)),
    optionBytes(option.vendor, answer.vendorData),
  ]);
}

/** DUID-LL: by the MAC of an Ethernet card (RFC 8415, 11.4). */
function identifierOf(mac: string): Buffer {
  return Buffer.concat([Buffer.from([0, 3, 0, 1]), macBytes(mac)]);
}

function optionBytes(number: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(number, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}

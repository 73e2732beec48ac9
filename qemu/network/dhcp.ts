import { addressBytes, addressText, macBytes, macText } from './address-bytes.ts';

/** Values of option 53 (RFC 2132, 9.6). */
export const dhcpKind = { discover: 1, offer: 2, request: 3, acknowledge: 5, refuse: 6 } as const;
export const dhcpPort = { server: 67, client: 68 } as const;

/** Options by number (RFC 2132). */
export const dhcpOption = {
  ...{ netmask: 1, router: 3, dns: 6, hostName: 12, ntp: 42 },
  ...{ requested: 50, leaseTime: 51, kind: 53, server: 54 },
} as const;

/** A DHCP message over Ethernet (RFC 2131), as far as leases of one address need it. */
export interface DhcpMessage {
  readonly fromClient: boolean;
  readonly transaction: number;
  readonly clientMac: string;
  /** Address given, `0.0.0.0` from a client. */
  readonly yourAddress: string;
  readonly options: ReadonlyMap<number, Buffer>;
}

const magic = Buffer.from('63825363', 'hex');
const fixedLength = 240;
const end = 255;

export function encodeDhcp(message: DhcpMessage): Buffer {
  const head = Buffer.alloc(fixedLength);
  head[0] = message.fromClient ? 1 : 2;
  head[1] = 1;
  head[2] = 6;
  head.writeUInt32BE(message.transaction >>> 0, 4);
  // Answer by broadcast.
  head.writeUInt16BE(0x8000, 10);
  addressBytes(message.yourAddress).copy(head, 16);
  macBytes(message.clientMac).copy(head, 28);
  magic.copy(head, 236);
  const options = [...message.options].flatMap(([number, value]) => [
    Buffer.from([number, value.length]),
    value,
  ]);
  return Buffer.concat([head, ...options, Buffer.from([end])]);
}

/** @returns null for what is no DHCP message over Ethernet */
export function decodeDhcp(bytes: Buffer): DhcpMessage | null {
  if (bytes.length < fixedLength || !bytes.subarray(236, 240).equals(magic) || bytes[2] !== 6) return null;
  const options = new Map<number, Buffer>();
  for (let at = fixedLength; at < bytes.length && bytes[at] !== end; ) {
    const number = bytes[at]!;
    if (number === 0) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    options.set(number, bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return {
    fromClient: bytes[0] === 1,
    transaction: bytes.readUInt32BE(4),
    yourAddress: addressText(bytes.subarray(16, 20)),
    clientMac: macText(bytes.subarray(28, 34)),
    options,
  };
}

export function kindOf({ options }: DhcpMessage): number {
  return options.get(dhcpOption.kind)?.[0] ?? 0;
}

export function addressOption(...addresses: readonly string[]): Buffer {
  return Buffer.concat(addresses.map(addressBytes));
}

export function secondsOption(seconds: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(seconds);
  return bytes;
}

import ipaddr from 'ipaddr.js';

/** Ethernet frames as bytes: what a test sends, and what it reads of a frame that arrived. */

export interface Ethernet {
  readonly from: string;
  readonly to: string;
}

export interface IpHeader {
  readonly source: string;
  readonly destination: string;
  /** IPv4: bytes of options, a multiple of four. */
  readonly options?: Uint8Array;
  /** IPv4: fragment offset in bytes, and whether more follow. */
  readonly fragment?: { readonly offset: number; readonly more: boolean };
  /** IPv6: extension headers before the payload, each with its number. */
  readonly extensions?: readonly { readonly number: number; readonly bytes: Uint8Array }[];
  readonly hopLimit?: number;
}

export type Transport =
  | {
      readonly kind: 'tcp';
      readonly from: number;
      readonly to: number;
      /** fin 1, syn 2, rst 4, ack 16. */
      readonly flags: number;
      readonly sequence?: number;
      readonly brokenChecksum?: boolean;
    }
  | { readonly kind: 'udp'; readonly from: number; readonly to: number; readonly text: string }
  /** ICMP or ICMPv6, by the addresses. */
  | { readonly kind: 'icmp'; readonly type: number; readonly code?: number; readonly body: Uint8Array }
  | { readonly kind: 'raw'; readonly protocol: number; readonly bytes: Uint8Array };

const protocols = { tcp: 6, udp: 17 } as const;

const macBytes = (mac: string): Uint8Array => Buffer.from(mac.replaceAll(':', ''), 'hex');
const addressBytes = (address: string): Uint8Array => Uint8Array.from(ipaddr.parse(address).toByteArray());
const isIpv6 = (address: string): boolean => address.includes(':');

/** RFC 1071 */
function checksum(...parts: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** A whole frame. */
export function frame(ethernet: Ethernet, ip: IpHeader, transport: Transport): Buffer {
  const type = isIpv6(ip.source) ? 0x86dd : 0x0800;
  return ethernetFrame(ethernet, type, packet(ip, transport));
}

export function ethernetFrame({ from, to }: Ethernet, type: number, payload: Uint8Array): Buffer {
  return Buffer.concat([macBytes(to), macBytes(from), Uint8Array.of(type >> 8, type & 0xff), payload]);
}

/** IP header and payload. */
export function packet(ip: IpHeader, transport: Transport): Buffer {
  return wrap(ip, protocolOf(ip, transport), segment(ip, transport));
}

/** An IPv4 datagram cut in two behind `at` bytes of its payload, a multiple of eight. */
export function fragments(ip: IpHeader, transport: Transport, at: number): Buffer[] {
  const bytes = segment(ip, transport);
  const protocol = protocolOf(ip, transport);
  return [
    wrap({ ...ip, fragment: { offset: 0, more: true } }, protocol, bytes.subarray(0, at)),
    wrap({ ...ip, fragment: { offset: at, more: false } }, protocol, bytes.subarray(at)),
  ];
}

function protocolOf(ip: IpHeader, transport: Transport): number {
  if (transport.kind === 'raw') return transport.protocol;
  if (transport.kind === 'icmp') return isIpv6(ip.source) ? 58 : 1;
  return protocols[transport.kind];
}

function wrap(ip: IpHeader, protocol: number, payload: Uint8Array): Buffer {
  return isIpv6(ip.source) ? ipv6(ip, protocol, payload) : ipv4(ip, protocol, payload);
}

function ipv4(ip: IpHeader, protocol: number, payload: Uint8Array): Buffer {
  const options = ip.options ?? new Uint8Array();
  const header = Buffer.alloc(20 + options.length);
  header[0] = 0x40 | (header.length / 4);
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(0x4242, 4);
  if (ip.fragment) header.writeUInt16BE((ip.fragment.more ? 0x2000 : 0) | (ip.fragment.offset / 8), 6);
  header[8] = ip.hopLimit ?? 64;
  header[9] = protocol;
  header.set(addressBytes(ip.source), 12);
  header.set(addressBytes(ip.destination), 16);
  header.set(options, 20);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, payload]);
}

function ipv6(ip: IpHeader, protocol: number, payload: Uint8Array): Buffer {
  const chain = ip.extensions ?? [];
  const extensions = chain.map(({ bytes }, index) => {
    const extension = Buffer.from(bytes);
    extension[0] = chain[index + 1]?.number ?? protocol;
    return extension;
  });
  const body = Buffer.concat([...extensions, payload]);
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header.writeUInt16BE(body.length, 4);
  header[6] = chain[0]?.number ?? protocol;
  header[7] = ip.hopLimit ?? 64;
  header.set(addressBytes(ip.source), 8);
  header.set(addressBytes(ip.destination), 24);
  return Buffer.concat([header, body]);
}

/** The transport's header and payload with its checksum. */
function segment(ip: IpHeader, transport: Transport): Buffer {
  switch (transport.kind) {
    case 'raw':
      return Buffer.from(transport.bytes);
    case 'tcp': {
      const bytes = Buffer.alloc(20);
      bytes.writeUInt16BE(transport.from, 0);
      bytes.writeUInt16BE(transport.to, 2);
      bytes.writeUInt32BE(transport.sequence ?? 1, 4);
      bytes[12] = 0x50;
      bytes[13] = transport.flags;
      bytes.writeUInt16BE(1024, 14);
      bytes.writeUInt16BE(
        checksum(pseudoHeader(ip, 6, bytes.length), bytes) ^ Number(transport.brokenChecksum === true),
        16,
      );
      return bytes;
    }
    case 'udp': {
      const text = Buffer.from(transport.text);
      const bytes = Buffer.concat([Buffer.alloc(8), text]);
      bytes.writeUInt16BE(transport.from, 0);
      bytes.writeUInt16BE(transport.to, 2);
      bytes.writeUInt16BE(bytes.length, 4);
      bytes.writeUInt16BE(checksum(pseudoHeader(ip, 17, bytes.length), bytes) || 0xffff, 6);
      return bytes;
    }
    case 'icmp': {
      const bytes = Buffer.concat([Uint8Array.of(transport.type, transport.code ?? 0, 0, 0), transport.body]);
      const pseudo = isIpv6(ip.source) ? pseudoHeader(ip, 58, bytes.length) : new Uint8Array();
      bytes.writeUInt16BE(checksum(pseudo, bytes), 2);
      return bytes;
    }
  }
}

function pseudoHeader(ip: IpHeader, protocol: number, length: number): Uint8Array {
  const tail = Buffer.alloc(isIpv6(ip.source) ? 8 : 4);
  if (isIpv6(ip.source)) {
    tail.writeUInt32BE(length, 0);
    tail[7] = protocol;
  } else {
    tail[1] = protocol;
    tail.writeUInt16BE(length, 2);
  }
  return Buffer.concat([addressBytes(ip.source), addressBytes(ip.destination), tail]);
}

/** Identifier, sequence number and text of an echo. */
export const echoBody = (identifier: number, text: string): Uint8Array =>
  Buffer.concat([Uint8Array.of(identifier >> 8, identifier & 0xff, 0, 1), Buffer.from(text)]);

/** Body of an ICMP error about a packet. */
export const errorBody = (about: Uint8Array): Uint8Array => Buffer.concat([Buffer.alloc(4), about]);

/** ARP: operation 1 asks, 2 answers. RFC 826 */
export function arpFrame(
  ethernet: Ethernet,
  operation: 1 | 2,
  sender: { readonly mac: string; readonly address: string },
  target: string,
): Buffer {
  return ethernetFrame(
    ethernet,
    0x0806,
    Buffer.concat([
      Uint8Array.of(0, 1, 8, 0, 6, 4, 0, operation),
      macBytes(sender.mac),
      addressBytes(sender.address),
      Buffer.alloc(6),
      addressBytes(target),
    ]),
  );
}

/** A neighbour solicitation (135) or advertisement (136) for a target, with the sender's own MAC as option. RFC 4861 */
export function neighbourBody(type: 135 | 136, target: string, mac: string): Uint8Array {
  const flags = Uint8Array.of(type === 136 ? 0x60 : 0, 0, 0, 0);
  return Buffer.concat([flags, addressBytes(target), Uint8Array.of(type === 135 ? 1 : 2, 1), macBytes(mac)]);
}

export interface SeenPacket {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  /** Of TCP and UDP. */
  readonly ports: readonly [number, number] | null;
  /** Of ICMP and ICMPv6. */
  readonly icmpType: number | null;
  /** Of TCP. */
  readonly flags: number | null;
  /** Bytes of the transport and what follows. */
  readonly payload: Buffer;
}

/** What a frame carries; null for anything but IP without extension headers. */
export function readPacket(bytes: Buffer): SeenPacket | null {
  const type = bytes.readUInt16BE(12);
  const ip = bytes.subarray(14);
  if (type === 0x0800) {
    const start = (ip[0]! & 15) * 4;
    return readTransport(
      ip.subarray(12, 16),
      ip.subarray(16, 20),
      ip[9]!,
      ip.subarray(start, ip.readUInt16BE(2)),
    );
  }
  if (type === 0x86dd) {
    return readTransport(
      ip.subarray(8, 24),
      ip.subarray(24, 40),
      ip[6]!,
      ip.subarray(40, 40 + ip.readUInt16BE(4)),
    );
  }
  return null;
}

function readTransport(source: Buffer, destination: Buffer, protocol: number, payload: Buffer): SeenPacket {
  const hasPorts = (protocol === 6 || protocol === 17) && payload.length >= 4;
  return {
    source: ipaddr.fromByteArray([...source]).toString(),
    destination: ipaddr.fromByteArray([...destination]).toString(),
    protocol,
    ports: hasPorts ? [payload.readUInt16BE(0), payload.readUInt16BE(2)] : null,
    icmpType: protocol === 1 || protocol === 58 ? (payload[0] ?? null) : null,
    flags: protocol === 6 && payload.length > 13 ? payload[13]! : null,
    payload,
  };
}

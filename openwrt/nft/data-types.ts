import ipaddr from 'ipaddr.js';

/** What a field holds: its name and number in nft, its size, and how its values are written as bytes. */
export interface DataType {
  /** As nft's `type` of a set. */
  readonly name: string;
  /** `enum datatypes` of nft's include/datatype.h; kept by the kernel for nft alone. */
  readonly number: number;
  /** Bytes. */
  readonly size: number;
  /** What nft says of it; `host` is little-endian on every board and build machine that is supported. */
  readonly order: 'network' | 'host' | 'none';
  /** Names of values, as nft writes them. */
  readonly symbols?: Readonly<Record<string, number>>;
}

/** Assigned protocol numbers of IP; nft's names. */
const protocols = { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58, 'ipv6-frag': 44 };

const types = {
  ifname: { name: 'ifname', number: 41, size: 16, order: 'host' },
  // linux/if_arp.h
  iftype: { name: 'iface_type', number: 21, size: 2, order: 'host', symbols: { ether: 1 } },
  // linux/if_packet.h
  pkttype: { name: 'pkt_type', number: 31, size: 1, order: 'none', symbols: { host: 0 } },
  // linux/netfilter.h
  nfproto: { name: 'nf_proto', number: 2, size: 1, order: 'none', symbols: { ipv4: 2, ipv6: 10 } },
  protocol: { name: 'inet_proto', number: 12, size: 1, order: 'none', symbols: protocols },
  port: { name: 'inet_service', number: 13, size: 2, order: 'network' },
  ether: { name: 'ether_addr', number: 9, size: 6, order: 'network' },
  ipv4: { name: 'ipv4_addr', number: 7, size: 4, order: 'network' },
  ipv6: { name: 'ipv6_addr', number: 8, size: 16, order: 'network' },
  byte: { name: 'integer', number: 4, size: 1, order: 'network' },
  word: { name: 'integer', number: 4, size: 2, order: 'network' },
  target: { name: 'integer', number: 4, size: 16, order: 'network' },
  tcpFlags: {
    name: 'tcp_flag',
    number: 15,
    size: 1,
    order: 'network',
    symbols: { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 },
  },
  // RFC 792
  icmp: {
    name: 'icmp_type',
    number: 14,
    size: 1,
    order: 'network',
    symbols: {
      'echo-reply': 0,
      'destination-unreachable': 3,
      'echo-request': 8,
      'time-exceeded': 11,
      'parameter-problem': 12,
    },
  },
  // RFC 4443, RFC 4861
  icmpv6: {
    name: 'icmpv6_type',
    number: 29,
    size: 1,
    order: 'network',
    symbols: {
      'destination-unreachable': 1,
      'packet-too-big': 2,
      'time-exceeded': 3,
      'parameter-problem': 4,
      'echo-request': 128,
      'echo-reply': 129,
      'nd-router-solicit': 133,
      'nd-router-advert': 134,
      'nd-neighbor-solicit': 135,
      'nd-neighbor-advert': 136,
    },
  },
  icmpv6Code: { name: 'icmpv6_code', number: 33, size: 1, order: 'network', symbols: { 'no-route': 0 } },
  // RFC 826
  arpOperation: { name: 'arp_op', number: 11, size: 2, order: 'network', symbols: { request: 1, reply: 2 } },
  // Bits of linux/netfilter/nf_conntrack_common.h, as nft_ct gives them
  ctState: {
    name: 'ct_state',
    number: 26,
    size: 4,
    order: 'host',
    symbols: { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 },
  },
  ctStatus: {
    name: 'ct_status',
    number: 28,
    size: 4,
    order: 'host',
    symbols: { confirmed: 8, snat: 16, dnat: 32 },
  },
  ctDirection: { name: 'ct_dir', number: 27, size: 1, order: 'none', symbols: { original: 0, reply: 1 } },
  // linux/rtnetlink.h
  addressType: {
    name: 'fib_addrtype',
    number: 38,
    size: 4,
    order: 'host',
    symbols: { unicast: 1, local: 2 },
  },
} as const satisfies Record<string, DataType>;

export type DataTypeName = keyof typeof types;

export const dataTypes: Readonly<Record<DataTypeName, DataType>> = types;

/**
 * A value as the kernel compares it.
 * @param value as a `Scalar` of the model, without a prefix length
 * @throws Error for a value that the type does not have: a mistake of the caller
 */
export function valueBytes(type: DataType, value: string | number): Uint8Array {
  const number = typeof value === 'number' ? value : type.symbols?.[value];
  if (number !== undefined) return numberBytes(number, type);
  const text = String(value);
  switch (type.name) {
    case 'ifname':
      return paddedText(text, type.size);
    case 'ether_addr':
      if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text)) break;
      return Uint8Array.from(text.split(':'), (octet) => Number.parseInt(octet, 16));
    case 'ipv4_addr':
      return Uint8Array.from(ipaddr.IPv4.parse(text).toByteArray());
    case 'ipv6_addr':
      return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
    case 'integer':
      if (type.size === 16) return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
  }
  throw new Error(`${type.name} has no value ${text}`);
}

function numberBytes(number: number, { size, order, name }: DataType): Uint8Array {
  if (size > 4 || !Number.isInteger(number) || number < 0 || number >= 2 ** (8 * size)) {
    throw new Error(`${name} has no value ${number}`);
  }
  const bytes = Uint8Array.from({ length: size }, (_, index) => Math.floor(number / 2 ** (8 * index)) & 0xff);
  return order === 'host' ? bytes : bytes.reverse();
}

function paddedText(text: string, size: number): Uint8Array {
  const bytes = Buffer.from(text, 'ascii');
  // IFNAMSIZ counts the NUL.
  if (bytes.length === 0 || bytes.length >= size) throw new Error(`a device cannot be called ${text}`);
  return Uint8Array.from(Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]));
}

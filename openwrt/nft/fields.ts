import { type DataType, type DataTypeName, dataTypes } from './data-types.ts';

/** How the kernel gets at a field: the expression that loads it into a register. */
export type FieldLoad =
  /** NFT_META_* by number. */
  | { readonly kind: 'meta'; readonly key: number }
  /** Bytes from a header's start. */
  | { readonly kind: 'payload'; readonly header: HeaderBase; readonly offset: number }
  /** NFT_CT_* by number. */
  | { readonly kind: 'ct'; readonly key: number; readonly direction?: 'original' | 'reply' }
  /** Kind of the destination address on the device that the packet came in by. */
  | { readonly kind: 'fib' };

export type HeaderBase = 'link' | 'network' | 'transport';

export interface Field {
  readonly type: DataType;
  readonly load: FieldLoad;
  /** Bits of the loaded bytes that are the field, where those are not all; right-aligned. */
  readonly bits?: number;
  readonly json: unknown;
}

const payload = (
  protocol: string,
  field: string,
  header: HeaderBase,
  offset: number,
  type: DataTypeName,
): Field => ({
  type: dataTypes[type],
  load: { kind: 'payload', header, offset },
  json: { payload: { protocol, field } },
});
const meta = (key: string, number: number, type: DataTypeName): Field => ({
  type: dataTypes[type],
  load: { kind: 'meta', key: number },
  json: { meta: { key } },
});
const ct = (key: string, number: number, type: DataTypeName, direction?: 'original' | 'reply'): Field => ({
  type: dataTypes[type],
  load: { kind: 'ct', key: number, ...(direction && { direction }) },
  json: { ct: direction ? { key, dir: direction } : { key } },
});

/** Numbers of `enum nft_meta_keys` and `enum nft_ct_keys`: linux/netfilter/nf_tables.h. Offsets: the headers' RFCs. */
const fields = {
  'meta iifname': meta('iifname', 6, 'ifname'),
  'meta oifname': meta('oifname', 7, 'ifname'),
  'meta iiftype': meta('iiftype', 8, 'iftype'),
  'meta nfproto': meta('nfproto', 15, 'nfproto'),
  'meta l4proto': meta('l4proto', 16, 'protocol'),
  'meta pkttype': meta('pkttype', 19, 'pkttype'),
  'ether saddr': payload('ether', 'saddr', 'link', 6, 'ether'),
  'ip hdrlength': { ...payload('ip', 'hdrlength', 'network', 0, 'byte'), bits: 4 },
  'ip frag-off': payload('ip', 'frag-off', 'network', 6, 'word'),
  'ip saddr': payload('ip', 'saddr', 'network', 12, 'ipv4'),
  'ip daddr': payload('ip', 'daddr', 'network', 16, 'ipv4'),
  'ip6 nexthdr': payload('ip6', 'nexthdr', 'network', 6, 'protocol'),
  'ip6 hoplimit': payload('ip6', 'hoplimit', 'network', 7, 'byte'),
  'ip6 saddr': payload('ip6', 'saddr', 'network', 8, 'ipv6'),
  'ip6 daddr': payload('ip6', 'daddr', 'network', 24, 'ipv6'),
  'tcp sport': payload('tcp', 'sport', 'transport', 0, 'port'),
  'tcp dport': payload('tcp', 'dport', 'transport', 2, 'port'),
  'tcp flags': payload('tcp', 'flags', 'transport', 13, 'tcpFlags'),
  'udp sport': payload('udp', 'sport', 'transport', 0, 'port'),
  'udp dport': payload('udp', 'dport', 'transport', 2, 'port'),
  'icmp type': payload('icmp', 'type', 'transport', 0, 'icmp'),
  'icmpv6 type': payload('icmpv6', 'type', 'transport', 0, 'icmpv6'),
  'icmpv6 code': payload('icmpv6', 'code', 'transport', 1, 'icmpv6Code'),
  /** The target address of a neighbour solicitation or advertisement (RFC 4861, 4.3), which nft 1.0.6 has no name for. Not in sets: its type has no size. */
  '@th,64,128': {
    type: dataTypes.target,
    load: { kind: 'payload', header: 'transport', offset: 8 },
    json: { payload: { base: 'th', offset: 64, len: 128 } },
  },
  'arp operation': payload('arp', 'operation', 'network', 6, 'arpOperation'),
  'arp saddr ether': payload('arp', 'saddr ether', 'network', 8, 'ether'),
  'arp saddr ip': payload('arp', 'saddr ip', 'network', 14, 'ipv4'),
  'arp daddr ip': payload('arp', 'daddr ip', 'network', 24, 'ipv4'),
  'ct state': ct('state', 0, 'ctState'),
  'ct direction': ct('direction', 1, 'ctDirection'),
  'ct status': ct('status', 2, 'ctStatus'),
  'ct protocol': ct('protocol', 10, 'protocol'),
  'ct original proto-dst': ct('proto-dst', 12, 'port', 'original'),
  'ct reply proto-src': ct('proto-src', 11, 'port', 'reply'),
  'ct original ip saddr': ct('ip saddr', 19, 'ipv4', 'original'),
  'ct reply ip saddr': ct('ip saddr', 19, 'ipv4', 'reply'),
  'ct original ip6 saddr': ct('ip6 saddr', 21, 'ipv6', 'original'),
  'ct reply ip6 saddr': ct('ip6 saddr', 21, 'ipv6', 'reply'),
  'fib daddr . iif type': {
    type: dataTypes.addressType,
    load: { kind: 'fib' },
    json: { fib: { result: 'type', flags: ['daddr', 'iif'] } },
  },
} as const satisfies Record<string, Field>;

/** As nft writes it. */
export type FieldName = keyof typeof fields;

export const fieldNamed = (name: FieldName): Field => fields[name];

/** Names that nft prints for numbers (nftables src/datatype.c, proto.c, ct.c, fib.c, meta.c; the numbers are the kernel's and IANA's). */
const table = (pairs: Record<string, number>): ReadonlyMap<string, bigint> =>
  new Map(Object.entries(pairs).map(([name, value]) => [name, BigInt(value)]));

export const transportNames = table({
  ip: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  comp: 108,
  sctp: 132,
  udplite: 136,
});

export const etherTypeNames = table({ ip: 0x0800, arp: 0x0806, ip6: 0x86dd });

/** `meta nfproto` as the EtherType that stands for it in a packet. */
export const familyNames = table({ ipv4: 0x0800, ipv6: 0x86dd });

export const icmpTypeNames = table({
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
});

export const icmpCodeNames = table({
  'net-unreachable': 0,
  'host-unreachable': 1,
  'prot-unreachable': 2,
  'port-unreachable': 3,
  'frag-needed': 4,
  'net-prohibited': 9,
  'host-prohibited': 10,
  'admin-prohibited': 13,
});

export const icmpv6TypeNames = table({
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'mld-listener-reduction': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'router-renumbering': 138,
  'ind-neighbor-solicit': 141,
  'ind-neighbor-advert': 142,
  'mld2-listener-report': 143,
});

export const icmpv6CodeNames = table({
  'no-route': 0,
  'admin-prohibited': 1,
  'addr-unreachable': 3,
  'port-unreachable': 4,
  'policy-fail': 5,
  'reject-route': 6,
});

export const tcpFlagNames = table({ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 });

export const stateNames = table({ invalid: 1, established: 2, related: 4, new: 8, untracked: 64 });

/** Of conntrack's status only these bits have a field. */
export const statusNames = table({ confirmed: 8, snat: 16, dnat: 32 });

export const directionNames = table({ original: 0, reply: 1 });

export const packetTypeNames = table({ host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 });

export const routeTypeNames = table({
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
});

export const arpOperationNames = table({
  request: 1,
  reply: 2,
  rrequest: 3,
  rreply: 4,
  inrequest: 8,
  inreply: 9,
  nak: 10,
});

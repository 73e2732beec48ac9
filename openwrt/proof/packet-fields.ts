/**
 * What a packet is, for the proof: one value for each field. Two packets with the same values meet the same fate in every ruleset that the
 * reader accepts. A field that says nothing about a packet (the TCP flags of a UDP packet) has any value.
 *
 * Fields are of the packet as it stands on the wire, or as the router made it; what conntrack turns the addresses into stands in fields of its own.
 */
export const packetFields = {
  /** 0 comes in for the router itself, 1 is forwarded, 2 is sent by the router. Which of them routing chooses is left open: the proof holds for all. */
  path: 2,
  /** EtherType (IEEE 802 numbers): 0x0800 IPv4, 0x86dd IPv6, 0x0806 ARP. */
  protocol: 16,
  /** IPv4: the header's 16 bits of flags and fragment offset (RFC 791). IPv6: those of the fragment header (RFC 8200), or 65536 if there is none. */
  fragment: 17,
  /** 1: the packet ends before its transport header does. */
  truncated: 1,
  /** Conntrack's state as a bit (nf_conntrack_common.h): 1 invalid, 2 established, 4 related, 8 new, 64 untracked. */
  state: 7,
  /** 0 original, 1 reply. */
  direction: 1,
  /** IPS_DST_NAT of the connection: its destination was translated. */
  statusDnat: 1,
  /** IPS_SRC_NAT of the connection: its source was translated. */
  statusSnat: 1,
  /** IPS_CONFIRMED of the connection: its first packet has passed, so that it is in conntrack's table. */
  statusConfirmed: 1,
  /** Name of the device, 16 bytes padded with zeros as the kernel holds it, as one number; 0 for no device. */
  iif: 128,
  /** Ethernet source; 2^48 for a packet without an Ethernet header. */
  sourceMac: 49,
  /** IPv6 as it is, IPv4 from 2^128 on. In ARP the sender's protocol address. */
  source: 129,
  oif: 128,
  /** In ARP the target's protocol address. */
  destination: 129,
  /** The destination after prerouting, where conntrack changes it: original direction with statusDnat, reply with statusSnat. */
  translatedDestination: 129,
  /** IPv6: the next header field of the first header. */
  nextHeader: 8,
  /** The transport protocol, after all extension headers; 256 if an IPv6 packet has none that can be found. */
  transport: 9,
  /** Second 16 bits of the transport header: the destination port of TCP and UDP. */
  destinationPort: 16,
  translatedDestinationPort: 16,
  /** First 16 bits of the transport header: source port, or ICMP type and code. */
  sourcePort: 16,
  /** Byte 13 of the TCP header. */
  tcpFlags: 8,
  /** IPv4 header length in words of 4 bytes. */
  headerLength: 4,
  /** TTL or hop limit. */
  hopLimit: 8,
  /** if_packet.h: 0 host, 1 broadcast, 2 multicast, 3 other host. */
  packetType: 3,
  destinationMac: 48,
  /** RTN_ of rtnetlink.h that the routing table says of the destination on the wire, on the device that the packet came in by: 1 unicast, 2 local, 3 broadcast, 4 anycast, 5 multicast. */
  destinationType: 4,
  /** The same of the translated destination. */
  translatedDestinationType: 4,
  /** Source after postrouting, where conntrack changes it: original direction with statusSnat, reply with statusDnat. */
  translatedSource: 129,
  /** Of the connection that an ICMP error is about: its original source … */
  connectionSource: 129,
  /** … its original destination (also of replies, if it was translated) … */
  connectionDestination: 129,
  connectionDestinationPort: 16,
  /** … who answers it, after translation, and from which port … */
  connectionAnswerer: 129,
  connectionAnswererPort: 16,
  /** … and its transport protocol. */
  connectionTransport: 8,
  /** Bytes 8 to 23 of the transport header, for ICMPv6 neighbour solicitations and advertisements their target address (RFC 4861); from 2^128 on: the packet ends before. */
  neighbourTarget: 129,
  arpHardware: 16,
  arpProtocol: 16,
  arpHardwareLength: 8,
  arpProtocolLength: 8,
  arpOperation: 16,
  arpSenderMac: 48,
  arpTargetMac: 48,
} as const;

export type PacketField = keyof typeof packetFields;

/** In the order of the decision diagrams. What cuts the space into few parts stands first, what belongs together side by side. */
export const fieldOrder = Object.keys(packetFields) as PacketField[];

/** One packet: a value for every field. */
export type Packet = Readonly<Record<PacketField, bigint>>;

export const paths = { input: 0n, forward: 1n, output: 2n } as const;
export const etherTypes = { ipv4: 0x0800n, ipv6: 0x86ddn, arp: 0x0806n } as const;
export const states = { invalid: 1n, established: 2n, related: 4n, new: 8n, untracked: 64n } as const;

/** Whether rules may translate it: the first packet of a connection, of which conntrack holds nothing yet. Until an answer comes those that follow are `new` too, and fare as the first one did (nf_nat_inet_fn). */
export const isFirst = ({ state, statusConfirmed }: Packet): boolean =>
  state === states.new && statusConfirmed === 0n;

export const noFragmentHeader = 65536n;
export const noEthernetHeader = 1n << 48n;
export const noTransport = 256n;
/** Where IPv4 addresses begin in the fields of addresses. */
export const ipv4Base = 1n << 128n;

/** Extension headers that nf_tables skips to find the transport header (net/ipv6/exthdrs_core.c, ipv6_ext_hdr): hop-by-hop, routing, fragment, authentication, none, destination options. */
export const ipv6ExtensionHeaders = [0n, 43n, 44n, 51n, 59n, 60n] as const;

/** A device's name as a number: 16 bytes, padded with zeros. */
export function deviceNumber(name: string): bigint {
  return BigInt(`0x${Buffer.from(name).toString('hex').padEnd(32, '0')}`);
}

/** The name again, with what cannot be printed as `?`. */
export function deviceName(value: bigint): string {
  const text = Buffer.from(value.toString(16).padStart(32, '0'), 'hex').toString('latin1');
  return text.replace(/\0+$/, '').replaceAll(/[^\x21-\x7e]/g, '?');
}

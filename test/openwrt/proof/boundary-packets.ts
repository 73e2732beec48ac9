import { usualPacket } from '../../../openwrt/proof/describe-packet.ts';
import type { PacketClass } from '../../../openwrt/proof/packet-class.ts';
import {
  deviceNumber,
  etherTypes,
  ipv4Base,
  isFirst,
  noEthernetHeader,
  noFragmentHeader,
  type Packet,
  type PacketField,
  packetFields,
  paths,
  states,
} from '../../../openwrt/proof/packet-fields.ts';
import type { PolicyPackets } from '../../../openwrt/proof/policy-packets.ts';
import { isPossible } from './random-packets.ts';

type Draft = Record<PacketField, bigint>;

/** What is tried beside the values of the policy, in each field by itself. */
const oddities: Partial<Record<PacketField, readonly bigint[]>> = {
  path: Object.values(paths),
  state: Object.values(states),
  direction: [0n, 1n],
  statusDnat: [0n, 1n],
  statusSnat: [0n, 1n],
  statusConfirmed: [0n, 1n],
  fragment: [0n, 1n, 0x2000n, 0x4000n, noFragmentHeader],
  truncated: [1n],
  iif: [deviceNumber('lo'), deviceNumber('eth0'), deviceNumber('eth1'), deviceNumber('eth99')],
  oif: [deviceNumber('lo'), deviceNumber('eth0'), deviceNumber('eth1'), deviceNumber('eth99')],
  sourceMac: [0x0200_0000_0099n, noEthernetHeader],
  tcpFlags: [0n, 2n, 3n, 6n, 16n, 18n],
  headerLength: [6n],
  hopLimit: [1n, 254n, 255n],
  packetType: [0n, 1n, 2n, 3n],
  transport: [1n, 2n, 6n, 17n, 58n],
  nextHeader: [0n, 6n, 17n, 44n, 58n],
  destinationType: [1n, 2n, 3n],
};

/** The first packet of a class, with everything that must go together. */
function firstOf(packets: PacketClass): Draft {
  const draft: Draft = { ...usualPacket };
  for (const field of Object.keys(packets) as PacketField[]) {
    const intervals = packets[field]!;
    if (!intervals.some(({ first, last }) => first <= draft[field] && draft[field] <= last))
      draft[field] = intervals[0]!.first;
  }
  return settled(draft);
}

/** Makes a draft into a packet that can be: devices for its path, addresses of its family, the state's fields. */
function settled(draft: Draft): Draft {
  const packet = { ...draft };
  const isIpv6 = packet.protocol === etherTypes.ipv6;
  if (packet.path === paths.output) {
    packet.iif = 0n;
    packet.sourceMac = noEthernetHeader;
  } else if (packet.iif === 0n) packet.iif = usualPacket.iif;
  if (packet.path === paths.input) packet.oif = 0n;
  else if (packet.oif === 0n) packet.oif = usualPacket.oif;
  if (packet.iif === deviceNumber('lo')) packet.sourceMac = noEthernetHeader;
  for (const field of [
    'source',
    'destination',
    'translatedDestination',
    'translatedSource',
    'connectionSource',
    'connectionDestination',
    'connectionAnswerer',
  ] as const) {
    if (packet[field] < ipv4Base !== isIpv6)
      packet[field] = isIpv6 ? (0x2a00n << 112n) + 1n : usualPacket[field];
  }
  if (isIpv6) {
    if (packet.fragment < noFragmentHeader) packet.nextHeader = 44n;
    else if (![0n, 43n, 44n, 51n, 59n, 60n].includes(packet.nextHeader)) packet.nextHeader = packet.transport;
  } else if (packet.fragment === noFragmentHeader) packet.fragment = 0n;
  const tracked = packet.state !== states.invalid && packet.state !== states.untracked;
  if (packet.state === states.new || !tracked) packet.direction = 0n;
  if (isFirst(packet) || !tracked) {
    packet.statusDnat = 0n;
    packet.statusSnat = 0n;
  }
  if (!tracked) packet.statusConfirmed = 0n;
  if (packet.state === states.established) packet.statusConfirmed = 1n;
  return packet;
}

/**
 * Packets at the boundaries of a policy: one of every class that it allows, and each of these with one field changed, to just within and just beyond what
 * the class names, and to what is odd.
 */
export function boundaryPackets({ allowed }: PolicyPackets): Packet[] {
  const found = new Map<string, Packet>();
  const add = (draft: Draft): void => {
    const packet = settled(draft);
    if (isPossible(packet)) found.set(Object.values(packet).join(), packet);
  };
  for (const { packets } of allowed) {
    for (const one of packets) {
      if (Object.values(one).some((intervals) => intervals.length === 0)) continue;
      const base = firstOf(one);
      if (base.protocol === etherTypes.ipv6 && one.fragment === undefined) base.fragment = noFragmentHeader;
      add(base);
      for (const field of Object.keys(oddities) as PacketField[]) {
        for (const value of oddities[field]!) add({ ...base, [field]: value });
      }
      for (const field of Object.keys(one) as PacketField[]) {
        const end = 1n << BigInt(packetFields[field]);
        for (const { first, last } of one[field]!.slice(0, 6)) {
          for (const value of [first - 1n, first, last, last + 1n]) {
            if (value >= 0n && value < end) add({ ...base, [field]: value });
          }
        }
      }
    }
  }
  return [...found.values()];
}

/** The packet with other values, made into one that can be; null if it cannot. */
export function changedPacket(packet: Packet, values: Partial<Record<PacketField, bigint>>): Packet | null {
  const changed = settled({ ...packet, ...values });
  return isPossible(changed) ? changed : null;
}

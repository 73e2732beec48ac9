import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../../builder/recipe/address/special-purpose-addresses.ts';
import type { BoardLink, Origin, Policy, PortRange } from '../../policy/policy.ts';
import { addressNumber, cidrInterval, networkInterval, parseMac } from '../addresses.ts';
import { between, type Interval, outside, point } from '../interval.ts';
import { type PacketClass, wholeField } from '../packet-class.ts';
import { deviceNumber, etherTypes, ipv4Base, noFragmentHeader, states } from '../packet-fields.ts';

/** Packets that a policy lets pass, and what of it says so. */
export interface AllowedPackets {
  /** In words: `flow wallet__node__rpc__v4`. */
  readonly by: string;
  readonly origin: Origin | null;
  readonly packets: readonly PacketClass[];
}

export type IpFamily = 'ipv4' | 'ipv6';
export const ipFamilies = ['ipv4', 'ipv6'] as const;

export const ofFamily = (family: IpFamily): PacketClass => ({ protocol: [point(etherTypes[family])] });
export const device = (name: string): Interval[] => [point(deviceNumber(name))];
export const address = (text: string): Interval[] => [point(addressNumber(text))];
export const macInterval = (text: string): Interval[] => [point(parseMac(text)!)];
export const portIntervals = (ports: readonly PortRange[]): Interval[] =>
  ports.map(({ first, last }) => between(first, last));

export const allAddresses: Readonly<Record<IpFamily, Interval>> = {
  ipv4: between(ipv4Base, ipv4Base + 2n ** 32n - 1n),
  ipv6: between(0n, ipv4Base - 1n),
};

/** Protocol numbers of IANA. */
export const tcp = 6;
export const udp = 17;
export const icmp = 1;
export const icmpv6 = 58;

/** A transport header that is there, of this protocol. */
export const transport = (number: number): PacketClass => ({
  transport: [point(number)],
  truncated: [point(0)],
});
export const icmpOf = (family: IpFamily): PacketClass => transport(family === 'ipv4' ? icmp : icmpv6);
export const icmpTypes = (...types: readonly number[]): Interval[] =>
  types.map((type) => between(type * 256, type * 256 + 255));
export const icmpTypesCodeZero = (...types: readonly number[]): Interval[] =>
  types.map((type) => point(type * 256));

export const state = (...named: readonly (keyof typeof states)[]): Interval[] =>
  named.map((name) => point(states[name]));

/** An IPv4 packet that is no fragment: neither "more fragments" nor an offset; don't fragment and the reserved bit may be set. */
const wholeIpv4 = [0, 0x4000, 0x8000, 0xc000].map(point);

/** Not a fragment, no options, a protocol that the router knows. */
export const plain: Readonly<Record<IpFamily, PacketClass>> = {
  ipv4: {
    ...ofFamily('ipv4'),
    fragment: wholeIpv4,
    headerLength: [point(5)],
    transport: [point(icmp), point(tcp), point(udp)],
  },
  ipv6: {
    ...ofFamily('ipv6'),
    fragment: [point(noFragmentHeader)],
    nextHeader: [point(tcp), point(udp), point(icmpv6)],
    transport: [point(tcp), point(udp), point(icmpv6)],
  },
};

export function ownNetworks(policy: Policy, family: IpFamily): Interval[] {
  return policy.boards.flatMap((board) => {
    const segment = board[family];
    return segment === null ? [] : [networkInterval(segment.router, segment.prefixLength)];
  });
}

export const martians: Readonly<Record<IpFamily, Interval[]>> = {
  ipv4: martiansIpv4.map(cidrInterval),
  ipv6: martiansIpv6.map(cidrInterval),
};

const notGlobal: Readonly<Record<IpFamily, Interval[]>> = {
  ipv4: privateIpv4.map(cidrInterval),
  ipv6: privateIpv6.map(cidrInterval),
};

/** Neither in an own network nor a martian. */
export const foreign = (policy: Policy, family: IpFamily): Interval[] =>
  outside(allAddresses[family], [...ownNetworks(policy, family), ...martians[family]]);

/** "Any address" of a flow to the uplink: globally reachable, and not in an own network. */
export const anyAddress = (policy: Policy, family: IpFamily): Interval[] =>
  outside(allAddresses[family], [...ownNetworks(policy, family), ...martians[family], ...notGlobal[family]]);

export const networkIntervals = (networks: readonly string[]): Interval[] => networks.map(cidrInterval);

/** `fe80::` with the modified EUI-64 of the board's MAC (RFC 4291, appendix A). */
export function linkLocal(board: BoardLink): Interval[] {
  const mac = parseMac(board.mac)!;
  const eui = ((mac >> 24n) << 40n) | (0xfffen << 24n) | (mac & 0xffffffn);
  return [point((0xfe80n << 112n) | (eui ^ (2n << 56n)))];
}

/** A packet whose destination, as the hooks after prerouting (or, for what the router sends, output) see it, is one of these. */
export function towards(
  addresses: readonly Interval[],
  ports: readonly Interval[] = [wholeField('destinationPort')],
): PacketClass[] {
  const as = { destination: addresses, destinationPort: ports };
  const translated = { translatedDestination: addresses, translatedDestinationPort: ports };
  return [
    { direction: [point(0)], statusDnat: [point(0)], ...as },
    { direction: [point(1)], statusSnat: [point(0)], ...as },
    { direction: [point(0)], statusDnat: [point(1)], ...translated },
    { direction: [point(1)], statusSnat: [point(1)], ...translated },
  ];
}

/** What opens a connection, or goes on in its direction. A new TCP connection begins with a plain SYN: of fin (1), syn (2), rst (4), ack (16) exactly syn. */
export function original(protocol: number): PacketClass[] {
  const plainSyn = Array.from({ length: 256 }, (_, flags) => flags).filter((flags) => (flags & 0x17) === 2);
  const opening: PacketClass = { state: state('new'), direction: [point(0)] };
  return [
    protocol === tcp ? { ...opening, tcpFlags: plainSyn.map(point) } : opening,
    { state: state('established'), direction: [point(0)] },
  ];
}

export const reply: PacketClass = { state: state('established'), direction: [point(1)] };

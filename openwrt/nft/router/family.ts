import type { FieldName } from '../fields.ts';
import type { Match } from '../model.ts';
import { icmp, icmpv6, ipv4, ipv6, is, isIn, tcp, udp } from '../rule-parts.ts';

/** What rules of both families have in common, with what differs. */
export interface Family {
  readonly name: 'ipv4' | 'ipv6';
  readonly match: Match;
  readonly source: FieldName;
  readonly destination: FieldName;
  /** Of the connection: who opened it, and who answers (after translation of the destination). */
  readonly originator: FieldName;
  readonly responder: FieldName;
  readonly icmp: Match;
  readonly icmpType: FieldName;
  readonly icmpProtocol: string;
}

export const families: readonly Family[] = [
  {
    name: 'ipv4',
    match: ipv4,
    source: 'ip saddr',
    destination: 'ip daddr',
    originator: 'ct original ip saddr',
    responder: 'ct reply ip saddr',
    icmp,
    icmpType: 'icmp type',
    icmpProtocol: 'icmp',
  },
  {
    name: 'ipv6',
    match: ipv6,
    source: 'ip6 saddr',
    destination: 'ip6 daddr',
    originator: 'ct original ip6 saddr',
    responder: 'ct reply ip6 saddr',
    icmp: icmpv6,
    icmpType: 'icmpv6 type',
    icmpProtocol: 'ipv6-icmp',
  },
];

/**
 * The same flow seen in three ways: in its packets on the way there, in the answers, and in an ICMP error about it, which names the
 * connection.
 */
export type Way = 'original' | 'reply' | 'error';

export const transports = [
  { name: 'tcp', match: tcp },
  { name: 'udp', match: udp },
] as const;

/** Fields of the two ends as a way shows them: the end that opened the connection first. */
export function endsSeen(family: Family, way: Way) {
  const { source, destination, originator, responder } = family;
  switch (way) {
    case 'original':
      return {
        fromDevice: 'meta iifname',
        from: source,
        toDevice: 'meta oifname',
        to: destination,
      } as const;
    case 'reply':
      return {
        fromDevice: 'meta oifname',
        from: destination,
        toDevice: 'meta iifname',
        to: source,
      } as const;
    case 'error':
      return {
        fromDevice: 'meta oifname',
        from: originator,
        toDevice: 'meta iifname',
        to: responder,
      } as const;
  }
}

/** What says that a packet, or the connection of an error, is of a transport protocol, and which field then is the service's port. */
export function transportSeen(
  family: Family,
  transport: (typeof transports)[number],
  way: Way,
): { readonly matches: readonly Match[]; readonly port: FieldName } {
  switch (way) {
    case 'original':
      return { matches: [family.match, transport.match], port: `${transport.name} dport` };
    case 'reply':
      return { matches: [family.match, transport.match], port: `${transport.name} sport` };
    case 'error':
      return {
        matches: [family.match, family.icmp, is('ct protocol', transport.name)],
        port: 'ct reply proto-src',
      };
  }
}

/** As `transportSeen`, for echo, which has no port. */
export function echoSeen(family: Family, way: Way): Match[] {
  switch (way) {
    case 'original':
      return [family.match, family.icmp, is(family.icmpType, 'echo-request')];
    case 'reply':
      return [family.match, family.icmp, is(family.icmpType, 'echo-reply')];
    case 'error':
      return [family.match, family.icmp, is('ct protocol', family.icmpProtocol)];
  }
}

/** Both ends and their devices are a board's each: what a key of five fields has no room for with IPv6. */
export function bothAreBoards(family: Family, way: Way): Match[] {
  const { fromDevice, from, toDevice, to } = endsSeen(family, way);
  return [isIn(`addresses_${family.name}`, fromDevice, from), isIn(`addresses_${family.name}`, toDevice, to)];
}

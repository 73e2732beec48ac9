import type { Chain, Statement } from './model.ts';
import { atMost, drop, goTo } from './rule-parts.ts';

/** Why a packet is dropped: each reason has a chain that counts it, logs it within limits and drops it. */
export const dropReasons = [
  /** Part of a datagram. */
  'fragment',
  /** IPv4 options, or an IPv6 extension header. */
  'options',
  /** Neither TCP, UDP nor ICMP. */
  'protocol',
  /** Not the address or MAC of its link. */
  'source',
  /** From or to an address that cannot be on the uplink. */
  'martian',
  /** A broadcast or multicast frame. */
  'cast',
  /** Of no connection, or no way to begin one. */
  'invalid',
  /** More connections at one time than a link may have. */
  'connections',
  /** More a second than its flow or kind may have. */
  'rate',
  /** No flow or forward names it. */
  'forward',
  /** Not for the router. */
  'input',
  /** The router has no reason to send it. */
  'output',
  /** An own address on its way out to the uplink. */
  'leak',
  /** ARP: in and out. */
  'arp_input',
  'arp_output',
] as const;

export type DropReason = (typeof dropReasons)[number];

export const dropAs = (reason: DropReason): Statement => goTo(`drop_${reason}`);

export const dropCounters: readonly string[] = dropReasons.map((reason) => `dropped_${reason}`);

/** Lines a second for each reason: an attacker must not fill the log, nor the console keep the router from its work. */
const logRate = { perSecond: 5, burst: 10 } as const;

export const dropChains: readonly Chain[] = dropReasons.map((reason) => ({
  name: `drop_${reason}`,
  hook: null,
  rules: [
    [{ kind: 'counter', name: `dropped_${reason}` }],
    [atMost(logRate.perSecond, logRate.burst), { kind: 'log', prefix: `boardsmith ${reason}: ` }],
    [drop],
  ],
}));

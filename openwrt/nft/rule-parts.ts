import type { FieldName } from './fields.ts';
import type { Match, Rule, Scalar, Statement } from './model.ts';

/** Short names for the parts of rules, so that a compiled chain reads like nft's text. */

export const is = (field: FieldName, value: Scalar): Match => ({
  kind: 'compare',
  field,
  operator: '==',
  value,
});
export const isNot = (field: FieldName, value: Scalar): Match => ({
  kind: 'compare',
  field,
  operator: '!=',
  value,
});
export const isIn = (set: string, ...key: FieldName[]): Match => ({
  kind: 'lookup',
  key,
  operator: '==',
  set,
});
export const isNotIn = (set: string, ...key: FieldName[]): Match => ({
  kind: 'lookup',
  key,
  operator: '!=',
  set,
});
export const state = (...flags: ('new' | 'established' | 'related' | 'invalid')[]): Match => ({
  kind: 'any-of',
  field: 'ct state',
  flags,
});
export const translated: Match = { kind: 'any-of', field: 'ct status', flags: ['dnat'] };
/** The connection's first packet has passed every hook: only then conntrack enters it in its table (IPS_CONFIRMED). */
export const confirmed: Match = { kind: 'any-of', field: 'ct status', flags: ['confirmed'] };
export const original: Match = is('ct direction', 'original');
export const reply: Match = is('ct direction', 'reply');
export const atMost = (perSecond: number, burst: number): Match => ({
  kind: 'limit',
  over: false,
  perSecond,
  burst,
});
export const over = (perSecond: number, burst: number): Match => ({
  kind: 'limit',
  over: true,
  perSecond,
  burst,
});

export const accept: Statement = { kind: 'verdict', verdict: { kind: 'accept' } };
export const drop: Statement = { kind: 'verdict', verdict: { kind: 'drop' } };
export const goTo = (chain: string): Statement => ({ kind: 'verdict', verdict: { kind: 'goto', chain } });
export const jump = (chain: string): Statement => ({ kind: 'verdict', verdict: { kind: 'jump', chain } });
export const verdictOf = (map: string, ...key: FieldName[]): Statement => ({ kind: 'verdict-map', key, map });

/** What a match on a header depends on. */
export const ipv4: Match = is('meta nfproto', 'ipv4');
export const ipv6: Match = is('meta nfproto', 'ipv6');
export const tcp: Match = is('meta l4proto', 'tcp');
export const udp: Match = is('meta l4proto', 'udp');
export const icmp: Match = is('meta l4proto', 'icmp');
export const icmpv6: Match = is('meta l4proto', 'ipv6-icmp');
export const ethernet: Match = is('meta iiftype', 'ether');

/** A connection's first TCP packet carries SYN and neither ACK, RST nor FIN; anything else that is `new` belongs to no connection. */
export const notPlainSyn: Rule = [
  state('new'),
  tcp,
  {
    kind: 'masked',
    field: 'tcp flags',
    mask: ['fin', 'syn', 'rst', 'ack'],
    operator: '!=',
    value: 'syn',
  },
];

import type { FieldName } from './fields.ts';

/**
 * An nftables ruleset, in the vocabulary that routers and boards need and no more. Nothing is implicit: nft adds what a match depends on
 * (`ip saddr` needs `meta nfproto ipv4`, `tcp dport` needs `meta l4proto tcp`); here a rule says it, so that its text, its JSON and its
 * netlink messages are the same list of parts.
 */
export interface Ruleset {
  readonly tables: readonly Table[];
}

export interface Table {
  readonly family: 'inet' | 'arp';
  readonly name: string;
  /** In the order in which they are made: before anything that names them. */
  readonly chains: readonly Chain[];
  /** Names of counters. */
  readonly counters: readonly string[];
  readonly sets: readonly NamedSet[];
}

export interface Chain {
  readonly name: string;
  /** Where packets enter it; null for a chain that is only jumped to. */
  readonly hook: BaseHook | null;
  readonly rules: readonly Rule[];
}

export interface BaseHook {
  readonly type: 'filter' | 'nat';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** Conntrack's own: defragmentation -400, tracking -200, destination translation -100, filters 0, source translation 100. */
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

/** From left to right: a match that does not hold ends the rule, a verdict ends the chain. */
export type Rule = readonly RulePart[];

export type RulePart = Match | Statement;

export type Match =
  | {
      readonly kind: 'compare';
      readonly field: FieldName;
      readonly operator: Comparison;
      readonly value: Scalar;
    }
  /** Of a field's bits only those of the mask. */
  | {
      readonly kind: 'masked';
      readonly field: FieldName;
      readonly mask: Scalar | readonly string[];
      readonly operator: Comparison;
      readonly value: Scalar;
    }
  /** One of these bits is set. */
  | { readonly kind: 'any-of'; readonly field: 'ct state' | 'ct status'; readonly flags: readonly string[] }
  | {
      readonly kind: 'lookup';
      readonly key: readonly FieldName[];
      readonly operator: Comparison;
      readonly set: string;
    }
  /** Holds for as many packets a second, or, with `over`, for those beyond. */
  | { readonly kind: 'limit'; readonly over: boolean; readonly perSecond: number; readonly burst: number };

export type Comparison = '==' | '!=';

export type Statement =
  | { readonly kind: 'counter'; readonly name: string }
  /** To the kernel's log, at level info. */
  | { readonly kind: 'log'; readonly prefix: string }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** The verdict that the map has for the key; none if it has none. */
  | { readonly kind: 'verdict-map'; readonly key: readonly FieldName[]; readonly map: string }
  | { readonly kind: 'masquerade' }
  /** IPv4 destination address and port become these. */
  | { readonly kind: 'dnat'; readonly address: string; readonly port: number };

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/**
 * A number, or a text in the form of the field's data type: `10.0.0.1`, `10.0.0.0/8` (in sets with intervals), `02:00:00:00:00:01`, `eth1`,
 * `tcp`, `echo-request`.
 */
export type Scalar = string | number;

/** Both ends included. */
export interface Interval {
  readonly first: Scalar;
  readonly last: Scalar;
}

export interface NamedSet {
  readonly name: string;
  /**
   * Fields that its keys are compared with; at most five: nft packs their data types into 32 bits, six each, and shows a set of more
   * wrongly. At most 64 bytes.
   */
  readonly key: readonly FieldName[];
  /** A set with intervals is a tree of all fields' bits (pipapo), one without is a hash table. */
  readonly intervals: boolean;
  /** True for a map to verdicts: every element has one. */
  readonly verdicts: boolean;
  /** What each element has of its own; null for nothing. */
  readonly each: OfEachElement | null;
  readonly elements: readonly Element[];
}

export type OfEachElement =
  | { readonly kind: 'counter' }
  /** The element matches while more connections than this are open. */
  | { readonly kind: 'connections-over'; readonly count: number }
  /** The element matches what exceeds this. */
  | { readonly kind: 'rate-over'; readonly perSecond: number; readonly burst: number };

export interface Element {
  readonly key: readonly (Scalar | Interval)[];
  readonly verdict?: Verdict;
  /** At most 128 bytes. */
  readonly comment?: string;
}

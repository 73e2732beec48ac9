import type { Interval } from '../interval.ts';
import type { Selector } from './selectors.ts';

/** What `nft -j list ruleset` says of the kernel's rules, as far as it decides about packets. */
export interface Ruleset {
  readonly chains: readonly Chain[];
}

export type Family = 'ip' | 'ip6' | 'inet' | 'arp';
export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

export interface Chain {
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  /** null for a chain that is only jumped to. */
  readonly base: BaseChain | null;
  readonly rules: readonly Rule[];
}

export interface BaseChain {
  readonly type: 'filter' | 'nat';
  readonly hook: Hook;
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

export interface Rule {
  /** For people: `rule 3 of chain inet router forward (handle 17)`. */
  readonly place: string;
  readonly statements: readonly Statement[];
}

/** One interval for each selector of the key. */
export type Element = readonly Interval[];

/** The elements of named sets and maps stand where they are looked into. */
export type Statement =
  /** The packet goes on in this rule if the key is in one of the elements; with `negated` if it is in none. If a selector finds nothing in the packet, it does not go on. */
  | {
      readonly kind: 'match';
      readonly key: readonly Selector[];
      readonly negated: boolean;
      readonly elements: readonly Element[];
    }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | {
      readonly kind: 'verdict map';
      readonly key: readonly Selector[];
      readonly entries: readonly VerdictEntry[];
    }
  /** Goes on as long as the rate is kept, or with `over` only when it is not. */
  | { readonly kind: 'limit'; readonly over: boolean; readonly what: string }
  | {
      readonly kind: 'destination nat';
      readonly targets: readonly NatTarget[];
      readonly key: readonly Selector[];
    }
  | { readonly kind: 'masquerade' }
  /** Counters and logs: nothing for the packet. */
  | { readonly kind: 'effectless' };

export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

export interface VerdictEntry {
  readonly element: Element;
  readonly verdict: Verdict;
}

/** For packets whose key is in `element` (an empty key: for all) the new destination, as the fields of a packet hold it. */
export interface NatTarget {
  readonly element: Element;
  readonly family: 'ip' | 'ip6';
  readonly address: bigint;
  readonly port: bigint;
}

/** Equal for equal verdicts. */
export const verdictKey = (verdict: Verdict): string =>
  'chain' in verdict ? `${verdict.kind} ${verdict.chain}` : verdict.kind;

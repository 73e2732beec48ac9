import type { Policy } from '../policy/policy.ts';
import { type BoardNeeds, boardPackets } from './meaning/board.ts';
import { type PolicyPackets, policyPackets } from './policy-packets.ts';
import { type Proof, Prover } from './prover.ts';
import { readRuleset } from './ruleset/read-ruleset.ts';

export type { Difference } from './difference.ts';
export type { Proof } from './prover.ts';

/**
 * Shows that a ruleset lets pass exactly the packets that the policy allows: forwarded, accepted by the router and sent by it; or where they differ.
 *
 * `listing` is what `nft -j list ruleset` prints (text or parsed) after the ruleset was loaded; the compiler is not asked. The comparison is exact over
 * all packets (`packet-fields.ts` says what a packet is, `packet-universe.ts` which there can be), for any routing. Nothing is thrown for a ruleset
 * that differs or is not understood: the result says so, with a packet of each kind in which they differ.
 *
 * Limits (`limit rate`, `ct count`) are taken so: with every limit kept, the ruleset accepts exactly what the policy allows; and whatever limits do,
 * kept or not, each by itself, nothing more is accepted and nothing is answered. So a limit can lead to a drop and to nothing else. How high a limit
 * is is not proven.
 */
export function prove(policy: Policy, listing: unknown): Proof {
  return proveMeaning(policyPackets(policy), listing);
}

/** The same for the ruleset of one board, which its recipe decides (`hasIpv6`: its cluster has IPv6). */
export function proveBoard(recipe: BoardNeeds, hasIpv6: boolean, listing: unknown): Proof {
  return proveMeaning(boardPackets(recipe, hasIpv6), listing);
}

function proveMeaning(meaning: PolicyPackets, listing: unknown): Proof {
  const { ruleset, notUnderstood } = readRuleset(listing);
  if (notUnderstood.length > 0) return { proven: false, notUnderstood, differences: [] };
  return new Prover(meaning, [ruleset]).prove(ruleset);
}

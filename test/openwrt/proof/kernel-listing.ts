import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileRuleset } from '../../../openwrt/nft/compile-ruleset.ts';
import type { Ruleset } from '../../../openwrt/nft/model.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { inNamespace, nftUnavailable } from '../../support/nft.ts';
import type { Listing } from './mutations.ts';

const unavailable = nftUnavailable();

/** What the kernel holds of a policy's ruleset, as `nft -j list ruleset` says it; null where this machine cannot say. */
export const kernelListing = (policy: Policy): Listing | null => listingOf(compileRuleset(policy));

/** The same of any ruleset. */
export function listingOf(ruleset: Ruleset): Listing | null {
  if (unavailable !== null) return null;
  const { failed, stdout, stderr } = inNamespace(
    ['sh', '-c', 'cat | nft -f - && nft -j list ruleset'],
    printNft(ruleset),
  );
  if (failed) throw new Error(stderr);
  const { nftables } = JSON.parse(stdout) as Listing;
  return { nftables: nftables.filter(({ metainfo }) => metainfo === undefined) };
}

/** The same of a cluster of the repository, from this machine's kernel or as a kernel once said it. */
export function clusterListing(name: string, policy: Policy): Listing {
  return kernelListing(policy) ?? (JSON.parse(recordedListing(name)) as Listing);
}

const recordedListing = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../golden/openwrt/proof/${name}.json`), 'utf8');

/** As it is recorded: an object a line, so that changes can be read. */
export const listingText = ({ nftables }: Listing): string =>
  `{"nftables": [\n${nftables.map((object) => JSON.stringify(object)).join(',\n')}\n]}\n`;

export const listingUnavailable = unavailable;

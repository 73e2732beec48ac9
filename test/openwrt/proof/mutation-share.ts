import { policyPackets } from '../../../openwrt/proof/policy-packets.ts';
import { examplePolicy } from '../../support/example-policies.ts';
import { clusterListing } from './kernel-listing.ts';
import { type MutationOutcome, tryMutations } from './mutation-trial.ts';
import { mutations } from './mutations.ts';

/** A process of its own, started with the cluster's name, the number of its share (from 0) and how many there are: tells what came of its mutations. */
const [cluster = '', part = '0', of = '1'] = process.argv.slice(2);
const policy = await examplePolicy(cluster);
const listing = clusterListing(cluster, policy);
const share = { part: Number(part), of: Number(of) };
const outcomes = tryMutations(policyPackets(policy), listing, mutations(listing), share);
// A mutation's listing would be told whole.
process.send!(
  outcomes.map(
    ({ mutation: { kind, what }, verdict, why }): MutationOutcome => ({
      mutation: { kind, what },
      verdict,
      why,
    }),
  ),
  () => process.disconnect(),
);

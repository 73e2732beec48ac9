import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyPackets } from '../../../openwrt/proof/policy-packets.ts';
import { exampleClusters, examplePolicy } from '../../support/example-policies.ts';
import { clusterListing } from './kernel-listing.ts';
import { mutationReport, tryMutations } from './mutation-trial.ts';
import { mutations } from './mutations.ts';

const test = suite('all mutations');

for (const name of exampleClusters) {
  test(`${name}: every single mutation is caught, or changes nothing`, async () => {
    const policy = await examplePolicy(name);
    const listing = clusterListing(name, policy);
    const outcomes = tryMutations(policyPackets(policy), listing, mutations(listing));
    console.log(mutationReport(name, outcomes));
    assert.equal(
      outcomes
        .filter(({ verdict }) => verdict === 'missed' || verdict === 'unfounded')
        .map(({ mutation, verdict, why }) => `${verdict}: ${mutation.kind}: ${mutation.what}: ${why}`),
      [],
    );
  });
}

test.run();

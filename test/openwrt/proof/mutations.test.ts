import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyPackets } from '../../../openwrt/proof/policy-packets.ts';
import { examplePolicy } from '../../support/example-policies.ts';
import { clusterListing } from './kernel-listing.ts';
import { mutationReport, tryMutations } from './mutation-trial.ts';
import { mutations } from './mutations.ts';

const test = suite('a share of the mutations');

/** One in so many; all of them are tried by mutations.beside.slow.test.ts. */
const share = 25;

test('each mutation is caught, or changes nothing', async () => {
  const policy = await examplePolicy('skyminer-4');
  const listing = clusterListing('skyminer-4', policy);
  const tried = mutations(listing).filter((_, index) => index % share === 0);
  const outcomes = tryMutations(policyPackets(policy), listing, tried);
  console.log(mutationReport('skyminer-4', outcomes));
  assert.equal(
    outcomes
      .filter(({ verdict }) => verdict === 'missed' || verdict === 'unfounded')
      .map(({ mutation, verdict, why }) => `${verdict}: ${mutation.kind}: ${mutation.what}: ${why}`),
    [],
  );
  assert.ok(outcomes.filter(({ verdict }) => verdict === 'caught').length > outcomes.length / 2);
});

test.run();

import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCluster } from '../../../builder/recipe/load-cluster.ts';
import { compileRuleset } from '../../../openwrt/nft/compile-ruleset.ts';
import { encodeRuleset } from '../../../openwrt/nft/encode-ruleset.ts';
import { printNftJson } from '../../../openwrt/nft/print-json.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../../openwrt/policy/policy-of-cluster.ts';
import { sendsWhatNftSends } from '../../support/compare-with-nft.ts';
import { matchesGolden } from '../../support/golden.ts';
import { loadedRuleset, nftUnavailable } from '../../support/nft.ts';
import { checkout } from '../../support/places.ts';
import { policyOfSize, sampleAlone, samplePolicy, sampleWithDhcp } from '../../support/sample-policy.ts';
import { wherePossible } from '../../support/where-possible.ts';

const unavailable = nftUnavailable();
const withNft = wherePossible(test, unavailable);

const cluster = async (name: string): Promise<Policy> =>
  policyOfCluster(await loadCluster(join(checkout, `recipes/clusters/${name}.yaml`)));
const policies: readonly Policy[] = [
  samplePolicy,
  { ...sampleWithDhcp, cluster: 'sample-dhcp' },
  sampleAlone,
  await cluster('skyminer-4'),
  await cluster('skyminer-8'),
];
for (const policy of policies) {
  test(`the ruleset of ${policy.cluster}`, () => {
    matchesGolden(`openwrt/nft/${policy.cluster}.nft`, printNft(compileRuleset(policy)));
  });
}

for (const policy of [...policies, policyOfSize(4), policyOfSize(8), policyOfSize(32), policyOfSize(256)]) {
  withNft(`${policy.cluster} is sent as nft sends it`, () => sendsWhatNftSends(compileRuleset(policy)));
}

for (const policy of policies) {
  withNft(`the kernel takes ${policy.cluster} as text and as JSON, and holds the same`, () => {
    const ruleset = compileRuleset(policy);
    assert.equal(
      loadedRuleset('nft -j -f -', printNftJson(ruleset)),
      loadedRuleset('nft -f -', printNft(ruleset)),
    );
  });
}

test('a packet meets as many rules in a cluster of 256 boards as in one of 8', () => {
  const [small, large] = [8, 256].map((count) =>
    compileRuleset(policyOfSize(count)).tables.map(({ chains }) => chains.map(({ rules }) => rules.length)),
  );
  assert.equal(small, large);
});

test('the batch of 256 boards stays within what init can hold', () => {
  const sizes = [4, 8, 32, 256].map((count) => encodeRuleset(compileRuleset(policyOfSize(count))).length);
  console.log(`batches of 4, 8, 32 and 256 boards: ${sizes.join(', ')} bytes`);
  assert.ok(sizes.at(-1)! < 2 ** 20);
});

test.run();

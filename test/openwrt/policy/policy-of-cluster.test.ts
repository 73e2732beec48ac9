import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCluster } from '../../../builder/recipe/load-cluster.ts';
import { policyOfCluster } from '../../../openwrt/policy/policy-of-cluster.ts';
import { matchesGolden } from '../../support/golden.ts';
import { checkout } from '../../support/places.ts';

const test = suite('the policy of a cluster');

for (const name of ['skyminer-4', 'skyminer-8']) {
  test(`${name}: the whole policy, and no warning`, async () => {
    const warnings: unknown[] = [];
    const cluster = await loadCluster(join(checkout, `recipes/clusters/${name}.yaml`), (warning) =>
      warnings.push(warning),
    );
    assert.equal(warnings, []);
    assert.ok(Object.isFrozen(cluster) && Object.isFrozen(cluster.groups[0]!.units));
    const policy = policyOfCluster(cluster);
    matchesGolden(`openwrt/policy/${name}.json`, `${JSON.stringify(policy, null, 2)}\n`);
    assert.equal(policyOfCluster(cluster), policy, 'the same cluster gives the same value');
  });
}

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { prove } from '../../../openwrt/proof/prove.ts';
import { policyOfSize } from '../../support/sample-policy.ts';
import { kernelListing, listingUnavailable } from './kernel-listing.ts';

const test = suite('prove, by size');
const name = '4, 8, 16, 32 and 256 boards';

if (listingUnavailable === null) {
  test(name, () => {
    const times = [4, 8, 16, 32, 256].map((count) => {
      const policy = policyOfSize(count);
      const listing = kernelListing(policy);
      const started = process.cpuUsage();
      const { proven } = prove(policy, listing);
      const { user, system } = process.cpuUsage(started);
      assert.ok(proven, `${count} boards`);
      return `${count} boards with ${policy.flows.length} flows ${((user + system) / 1e6).toFixed(1)} s`;
    });
    console.log(`processor time of a proof: ${times.join(', ')}`);
  });
} else {
  console.log(`SKIP ${name}: ${listingUnavailable}`);
  test.skip(name, () => {});
}

test.run();

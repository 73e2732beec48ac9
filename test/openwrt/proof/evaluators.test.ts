import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describePacket } from '../../../openwrt/proof/describe-packet.ts';
import { readRuleset } from '../../../openwrt/proof/ruleset/read-ruleset.ts';
import { compareEvaluators } from './both-evaluators.ts';
import { listingsOf, vocabularyChains } from './vocabulary.ts';

const test = suite('evaluators');

for (const name of vocabularyChains) {
  test(`set and step by step say the same of ${name}`, () => {
    const seen = { accepted: 0, dropped: 0, rejected: 0 };
    for (const { listing, what } of listingsOf(name)) {
      const { ruleset, notUnderstood } = readRuleset(listing);
      assert.equal(notUnderstood, [], what);
      const { disagreements, outcomes } = compareEvaluators(ruleset, 150, 1);
      assert.equal(
        disagreements
          .slice(0, 3)
          .map(
            ({ packet, symbolic, concrete }) =>
              `${what}: ${symbolic}, but ${concrete}: ${describePacket(packet)}`,
          ),
        [],
      );
      for (const outcome of ['accepted', 'dropped', 'rejected'] as const) seen[outcome] += outcomes[outcome];
    }
    assert.ok(seen.accepted > 0, 'nothing came through');
    if (!/^(dnat|snat)/.test(name)) assert.ok(seen.dropped + seen.rejected > 0, 'nothing was stopped');
  });
}

test.run();

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileRuleset } from '../../openwrt/nft/compile-ruleset.ts';
import type { Ruleset } from '../../openwrt/nft/model.ts';
import { allowances, type Protection, protectedPolicy, protections } from '../support/protections.ts';
import { compileSegmentPrograms, segmentsUnavailable } from '../support/segment-programs.ts';
import { SegmentWorld } from '../support/segment-world.ts';
import { wherePossible } from '../support/where-possible.ts';

const unavailable = segmentsUnavailable();
const withSegments = wherePossible(test, unavailable);
const programs = unavailable === null ? await compileSegmentPrograms() : null;
const ruleset = compileRuleset(protectedPolicy);

for (const protection of protections) {
  withSegments(`stopped: ${protection.name}`, async () => {
    const opened = protection.opened?.(ruleset) ?? ruleset;
    assert.not.ok(await getsThrough(protection, ruleset), 'it gets through the ruleset');
    if (protection.opened)
      assert.not.ok(await getsThrough(protection, opened), 'this layer alone does not stop it');
    assert.ok(
      await getsThrough(protection, protection.without(opened)),
      'it does not get through the mutant',
    );
  });
}

for (const allowance of allowances) {
  withSegments(`passes: ${allowance.name}`, async () => {
    assert.ok(await getsThrough(allowance, ruleset));
  });
}

async function getsThrough(trial: Pick<Protection, 'getsThrough'>, of: Ruleset): Promise<boolean> {
  const world = await SegmentWorld.start(programs!, protectedPolicy, of);
  try {
    return await trial.getsThrough(world);
  } finally {
    world.close();
  }
}

test.run();

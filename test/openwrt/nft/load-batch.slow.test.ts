import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeRuleset } from '../../../openwrt/nft/encode-ruleset.ts';
import type { Ruleset } from '../../../openwrt/nft/model.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import { accept } from '../../../openwrt/nft/rule-parts.ts';
import { everyConstruct } from '../../support/every-construct.ts';
import { inNamespace, loadedRuleset, nftUnavailable } from '../../support/nft.ts';
import { compileRulesetLoader } from '../../support/ruleset-loader.ts';
import { wherePossible } from '../../support/where-possible.ts';

const unavailable = nftUnavailable();
const loader = unavailable === null ? await compileRulesetLoader() : '';
const withNft = wherePossible(test, unavailable);

/** What the loader says of a batch, and what the namespace then holds. */
function load(batch: Uint8Array): { said: string; holds: string } {
  const { stdout } = inNamespace(['sh', '-c', `cat | ${loader}; nft list ruleset`], batch);
  const [said = '', ...holds] = stdout.split('\n');
  return { said, holds: holds.join('\n') };
}

const batch = Buffer.from(encodeRuleset(everyConstruct));
const messageAt = (index: number): number => {
  let at = 0;
  for (let left = index; left > 0; left--) at += (batch.readUInt32LE(at) + 3) & ~3;
  return at;
};

withNft('the kernel holds after our batch what it holds after the text', () => {
  assert.equal(
    loadedRuleset(`${loader} >/dev/null`, batch),
    loadedRuleset('nft -f -', printNft(everyConstruct)),
  );
});

withNft('a message that the kernel refuses is named, and nothing of the batch is kept', () => {
  const [table] = everyConstruct.tables;
  const chain = { name: 'nowhere', hook: null, rules: [[accept]] };
  const duplicated: Ruleset = {
    tables: [
      { ...table!, sets: [], chains: [chain] },
      { ...table!, sets: [], chains: [] },
    ],
  };
  const broken = Buffer.from(encodeRuleset(duplicated));
  // The rule, message 5 (after begin, table, chain and two counters), names a chain that is not there.
  const name = broken.lastIndexOf('nowhere');
  broken[name] = 'N'.charCodeAt(0);
  assert.equal(load(broken), { said: 'refused 2 at 5', holds: '' });
});

withNft('a batch without an end is not kept', () => {
  const end = batch.length - 20;
  assert.is(batch.readUInt16LE(end + 4), 0x11);
  const { said, holds } = load(batch.subarray(0, end));
  assert.match(said, /^refused/);
  assert.is(holds, '');
});

withNft('a batch that is cut within a message is not kept', () => {
  const { said, holds } = load(batch.subarray(0, messageAt(20) + 30));
  assert.match(said, /^refused/);
  assert.is(holds, '');
});

withNft('silence is no success: a batch that asks for no acknowledgement counts as refused', () => {
  const silent = Buffer.from(batch);
  for (let at = 0; at < silent.length; at += (silent.readUInt32LE(at) + 3) & ~3) {
    silent.writeUInt16LE(silent.readUInt16LE(at + 6) & ~0x4, at + 6);
  }
  assert.is(load(silent).said, 'refused 71 at 0');
});

withNft('garbage is refused', () => {
  assert.match(load(Buffer.from('not netlink at all')).said, /^refused/);
});

test.run();

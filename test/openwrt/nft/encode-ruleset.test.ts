import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeRule } from '../../../openwrt/nft/encode-rule.ts';
import { encodeRuleset } from '../../../openwrt/nft/encode-ruleset.ts';
import { printNftJson } from '../../../openwrt/nft/print-json.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import { is, udp } from '../../../openwrt/nft/rule-parts.ts';
import { sendsWhatNftSends } from '../../support/compare-with-nft.ts';
import { everyConstruct } from '../../support/every-construct.ts';
import { matchesGolden } from '../../support/golden.ts';
import { loadedRuleset, nftUnavailable } from '../../support/nft.ts';
import { wherePossible } from '../../support/where-possible.ts';

const unavailable = nftUnavailable();
const withNft = wherePossible(test, unavailable);

test('text and JSON of every construct', () => {
  matchesGolden('openwrt/nft/every-construct.nft', printNft(everyConstruct));
  matchesGolden('openwrt/nft/every-construct.json', printNftJson(everyConstruct));
});

test('the batch of every construct', () => {
  const batch = Buffer.from(encodeRuleset(everyConstruct));
  matchesGolden('openwrt/nft/every-construct.batch.txt', batch.toString('hex').replaceAll(/.{128}/g, '$&\n'));
});

test('a rule that nft would send otherwise is refused', () => {
  assert.throws(
    () => encodeRule([udp, is('udp sport', 68), is('udp dport', 67)], new Map()),
    /two fields of one header/,
  );
});

withNft('every construct is sent as nft sends it', () => sendsWhatNftSends(everyConstruct));

withNft('the kernel holds the same after text and after JSON', () => {
  assert.equal(
    loadedRuleset('nft -j -f -', printNftJson(everyConstruct)),
    loadedRuleset('nft -f -', printNft(everyConstruct)),
  );
});

test.run();

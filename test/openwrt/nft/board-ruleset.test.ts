import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BoardNeeds, boardRuleset } from '../../../openwrt/nft/board-ruleset.ts';
import { encodeRuleset } from '../../../openwrt/nft/encode-ruleset.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import { sendsWhatNftSends } from '../../support/compare-with-nft.ts';
import { matchesGolden } from '../../support/golden.ts';
import { nftUnavailable } from '../../support/nft.ts';
import { wherePossible } from '../../support/where-possible.ts';

const unavailable = nftUnavailable();
const withNft = wherePossible(test, unavailable);

const quiet: BoardNeeds = { ports: [], connects: [], needs: { dns: false, time: false }, capabilities: [] };
const busy: BoardNeeds = {
  ports: [
    { name: 'http', port: 8003, protocol: 'tcp', purpose: 'objects' },
    { name: 'discovery', port: 5000, protocol: 'udp', purpose: 'finds others' },
  ],
  connects: [
    { name: 'peers', protocol: 'tcp', ports: [53, 6000], by: 'name', purpose: 'others' },
    { name: 'dht', protocol: 'udp', ports: [6881], by: 'address', purpose: 'others' },
  ],
  needs: { dns: true, time: true },
  capabilities: ['net_raw'],
};

for (const [name, needs] of Object.entries({ quiet, busy })) {
  test(`the ruleset of a ${name} board`, () => {
    matchesGolden(`openwrt/nft/board-${name}.nft`, printNft(boardRuleset(needs)));
  });
  withNft(`the ruleset of a ${name} board is sent as nft sends it`, () =>
    sendsWhatNftSends(boardRuleset(needs)),
  );
}

test('the ruleset of a board with IPv6', () => {
  matchesGolden('openwrt/nft/board-busy-ipv6.nft', printNft(boardRuleset(busy, true)));
});
withNft('the ruleset of a board with IPv6 is sent as nft sends it', () =>
  sendsWhatNftSends(boardRuleset(busy, true)),
);

test('the batch of a board is small', () => {
  const size = encodeRuleset(boardRuleset(busy)).length;
  console.log(`the batch of a board: ${size} bytes`);
  assert.ok(size < 32 * 1024);
});

test.run();

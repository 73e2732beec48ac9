import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardRuleset } from '../../../openwrt/nft/board-ruleset.ts';
import type { BoardNeeds } from '../../../openwrt/proof/meaning/board.ts';
import { proveBoard } from '../../../openwrt/proof/prove.ts';
import { wherePossible } from '../../support/where-possible.ts';
import { listingOf, listingUnavailable } from './kernel-listing.ts';

const test = suite('prove a board');
const withKernel = wherePossible(test, listingUnavailable);

const quiet: BoardNeeds = { ports: [], connects: [], needs: { dns: false, time: false }, capabilities: [] };
const busy: BoardNeeds = {
  ports: [
    { name: 'http', port: 8003, protocol: 'tcp', purpose: 'objects' },
    { name: 'discovery', port: 5000, protocol: 'udp', purpose: 'finds others' },
  ],
  connects: [
    { name: 'peers', protocol: 'tcp', ports: [53, 6000], by: 'name', purpose: 'others' },
    { name: 'dht', protocol: 'udp', ports: [6881, 6882], by: 'address', purpose: 'others' },
  ],
  needs: { dns: true, time: true },
  capabilities: ['net_raw'],
};

for (const [name, needs] of Object.entries({ quiet, busy })) {
  for (const hasIpv6 of [false, true]) {
    withKernel(`a ${name} board ${hasIpv6 ? 'with' : 'without'} IPv6`, () => {
      const { differences, notUnderstood, proven } = proveBoard(
        needs,
        hasIpv6,
        listingOf(boardRuleset(needs, hasIpv6)),
      );
      assert.equal([...notUnderstood, ...differences.map(({ words }) => words)], []);
      assert.ok(proven);
    });
  }
}

withKernel('a port that the recipe has not is found', () => {
  const { differences } = proveBoard(
    { ...busy, ports: busy.ports.slice(1) },
    false,
    listingOf(boardRuleset(busy)),
  );
  assert.match(differences[0]!.words, /^accepted although nothing allows it: tcp .*:8003, new connection/);
});

test.run();

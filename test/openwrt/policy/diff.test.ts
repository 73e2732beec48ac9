import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { diffPolicies, opensAnything } from '../../../openwrt/policy/diff/policy-diff.ts';
import { withSshKeys } from '../../../openwrt/policy/diff/ssh-keys-diff.ts';
import { examplePolicy, policyOfText } from '../../support/example-policies.ts';
import { checkout } from '../../support/places.ts';

const test = suite('what a change of a policy opens and closes');
const original = readFileSync(join(checkout, 'recipes/clusters/skyminer-4.yaml'), 'utf8')
  .replaceAll('../../test/', 'test/')
  .replaceAll('appliance: ../cxo', 'appliance: recipes/cxo');
const before = await policyOfText('skyminer-4', original);

async function difference(from: string | RegExp, to: string) {
  const changed = original.replace(from, to);
  assert.is.not(changed, original);
  return diffPolicies(before, await policyOfText('skyminer-4', changed));
}

test('a policy and itself', async () => {
  const same = diffPolicies(await examplePolicy('skyminer-4'), before);
  assert.equal(same, { opens: [], closes: [], moves: [] });
  assert.not(opensAnything(same));
});

test('a flow that is written for each board is no change', async () => {
  const lines = [
    '  - { from: wallet, to: cxo-1, service: http }',
    '  - { from: wallet, to: cxo-2, tcp: [8003] }',
  ];
  const same = await difference('  - { from: wallet, to: cxo, service: http }', lines.join('\n'));
  assert.equal(same, { opens: [], closes: [], moves: [] });
});

test('a flow that goes closes, and seen the other way round opens', async () => {
  const gone = original.replace('  - { from: wallet, to: node, service: rpc }\n', '');
  const after = await policyOfText('skyminer-4', gone);
  const closes = [
    'wallet may reach node over IPv4 on tcp 6420',
    'wallet may reach node over IPv6 on tcp 6420',
  ];
  assert.equal(diffPolicies(before, after), { opens: [], closes, moves: [] });
  assert.equal(diffPolicies(after, before), { opens: closes, closes: [], moves: [] });
  assert.ok(opensAnything(diffPolicies(after, before)));
});

test('a way out for the wallet opens, and with it every name', async () => {
  const { opens, closes } = await difference(
    'flows:\n',
    'flows:\n  - { from: wallet, to: uplink, tcp: [443], families: [ipv4] }\n',
  );
  assert.equal(opens, [
    'wallet may ask the router for any name',
    'wallet may reach the uplink over IPv4 on tcp 443',
  ]);
  assert.equal(closes, []);
});

test('more ports of a range: only those that are new', async () => {
  const wide = await difference(/service: seeds \}/, 'tcpRange: 440..450, families: [ipv4] }');
  assert.equal(wide.opens, ['node may reach the uplink over IPv4 on tcp 440-442, 444-450']);
  assert.equal(wide.closes, ['node may reach the uplink over IPv6 on tcp 443']);
});

test('the internet instead of a network, and a private network instead of the internet', async () => {
  const seeds = 'service: seeds }';
  const narrow = original.replace(seeds, 'service: seeds, networks: [93.184.216.0/24] }');
  const after = await policyOfText('skyminer-4', narrow);
  const text = 'node may reach the uplink over IPv4 on tcp 443';
  assert.equal(diffPolicies(before, after).opens, []);
  assert.equal(diffPolicies(before, after).closes, [text, 'node may reach the uplink over IPv6 on tcp 443']);
  assert.equal(diffPolicies(after, before).opens, [text, 'node may reach the uplink over IPv6 on tcp 443']);
  const home = await difference(seeds, 'service: seeds, networks: [192.168.1.0/24] }');
  assert.equal(home.opens, [`${text} (192.168.1.0/24)`]);
});

test('a higher rate opens, a lower one closes, none opens', async () => {
  const rate = 'rate: { perSecond: 20, burst: 60 }';
  assert.match(
    (await difference(rate, 'rate: { perSecond: 30, burst: 60 }')).opens[0]!,
    /30 new connections a second .*before 20/,
  );
  assert.match(
    (await difference(rate, 'rate: { perSecond: 10, burst: 60 }')).closes[0]!,
    /10 new connections a second .*before 20/,
  );
  assert.match((await difference(`    ${rate}\n`, '')).opens[0]!, /without a limit, before 20/);
});

test('limits of flows that become one, and of one that becomes several', async () => {
  const flows = (text: string) => original.replace('flows:\n', `flows:\n${text}`);
  const out = (ports: string, rate: string) =>
    `  - { from: wallet, to: uplink, tcp: [${ports}], families: [ipv4]${rate} }\n`;
  const limited = ', rate: { perSecond: 4, burst: 4 }';
  const apart = await policyOfText('skyminer-4', flows(out('80', limited) + out('443', limited)));
  const free = await policyOfText('skyminer-4', flows(out('80, 443', '')));
  const joined = await policyOfText('skyminer-4', flows(out('80, 443', limited)));
  const text = 'wallet may reach the uplink over IPv4 on tcp 80, 443';
  const four = '4 new connections a second (4 at once)';
  assert.equal(diffPolicies(apart, free).opens, [`${text}: without a limit, before ${four}`]);
  assert.equal(diffPolicies(free, apart).opens, []);
  assert.is(diffPolicies(free, apart).closes.length, 2);
  assert.equal(diffPolicies(apart, joined).opens, []);
  assert.equal(diffPolicies(joined, apart).opens, [
    `${text}: 8 new connections a second (8 at once) in 2 parts, before ${four}`,
  ]);
});

test('keys of whoever may log in', () => {
  const none = { opens: [], closes: [], moves: [] };
  const [desk, other] = ['ssh-ed25519 AAAA1 me@desk', 'ssh-ed25519 AAAA2 me@home'];
  const said = [`whoever has the key ${other} may log into the router by SSH`];
  assert.equal(withSshKeys(none, [desk], [desk, other]), { ...none, opens: said });
  assert.equal(withSshKeys(none, [desk, other], [desk]), { ...none, closes: said });
  assert.equal(withSshKeys(none, [desk], ['ssh-ed25519 AAAA1 another remark']), none);
});

test('forwards, sources, resolvers and time servers', async () => {
  const all = await difference(', sources: [192.168.1.0/24]', '');
  assert.equal(all.opens, [
    'who is beyond the uplink may reach wallet on tcp 8010 by port 8010 of the router',
  ]);
  const more = await difference('sources: [192.168.1.0/24]', 'sources: [192.168.0.0/16]');
  assert.equal(more.opens, [
    'who is beyond the uplink may reach wallet on tcp 8010 by port 8010 of the router (192.168.0.0/16)',
  ]);
  const time = await difference('162.159.200.123', '162.159.200.124');
  assert.equal(time.opens, ['the router may ask 162.159.200.124 for the time']);
  const names = await difference('time:\n', 'dns:\n  upstream: [9.9.9.9]\ntime:\n');
  assert.equal(names.opens, ['the router may ask the resolver 9.9.9.9']);
  assert.equal(names.closes, ['the router may ask any resolver beyond the uplink']);
});

test('a board that is another card, and one more', async () => {
  const card = await difference('52:54:00:77:01:01', '52:54:00:77:01:02');
  assert.equal(card.moves, ['wallet has another MAC address: 52:54:00:77:01:02, before 52:54:00:77:01:01']);
  assert.ok(opensAnything(card), 'who has the rights is somebody else');
  const more = original
    .replace('eth0..eth4', 'eth0..eth5')
    .replace('count: 2\n    ports: [eth3..eth4]', 'count: 3\n    ports: [eth3..eth5]');
  const grown = diffPolicies(before, await policyOfText('skyminer-4', more));
  assert.equal(grown.moves, ['cxo-3 is new, on eth5']);
  assert.is(grown.opens.filter((line) => line.includes('cxo-3')).length, grown.opens.length);
  assert.equal(grown.closes, []);
});

test('an uplink that is another one, and none', async () => {
  assert.equal(
    (await difference('    advertised: {}\n', '    static: { address: fd20::2/64, gateway: fd20::1 }\n'))
      .moves,
    ['the uplink is another one'],
  );
});

test.run();

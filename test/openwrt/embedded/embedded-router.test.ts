import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCluster } from '../../../builder/recipe/load-cluster.ts';
import { dnsmasqArguments } from '../../../openwrt/embedded/dnsmasq-arguments.ts';
import { routerNetwork } from '../../../openwrt/embedded/router-network.ts';
import { routerRecipe } from '../../../openwrt/embedded/router-recipe.ts';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../../openwrt/policy/policy-of-cluster.ts';
import { deviceName } from '../../../openwrt/uci/model/uci-values.ts';
import { matchesGolden } from '../../support/golden.ts';
import { checkout } from '../../support/places.ts';
import { smallPolicy } from '../../support/small-policy.ts';

const test = suite('embedded router');

for (const name of ['skyminer-4', 'skyminer-8']) {
  test(`the router of ${name}: its daemon's arguments and its links`, async () => {
    const policy = policyOfCluster(await loadCluster(join(checkout, 'recipes/clusters', `${name}.yaml`)));
    matchesGolden(`openwrt/embedded/${name}.dnsmasq.txt`, `${dnsmasqArguments(policy).join('\n')}\n`);
    matchesGolden(
      `openwrt/embedded/${name}.network.json`,
      `${JSON.stringify(routerNetwork(policy), null, 2)}\n`,
    );
  });
}

/** The policy with other names service. */
function withDns(dns: Partial<Policy['router']['dns']>): Policy {
  return { ...smallPolicy, router: { ...smallPolicy.router, dns: { ...smallPolicy.router.dns, ...dns } } };
}

const given = (policy: Policy, option: string): string[] =>
  dnsmasqArguments(policy).filter((argument) => argument === option || argument.startsWith(`${option}=`));

test('a board without a flow to the uplink gets answers of the cluster alone', () => {
  assert.equal(given(smallPolicy, '--auth-server'), ['--auth-server=router.cluster,eth1']);
  assert.equal(given(smallPolicy, '--auth-zone'), ['--auth-zone=cluster']);
  assert.equal(given(withDns({ forwarded: ['cxo-1', 'node-1'] }), '--auth-server'), []);
});

test('nobody is asked upstream where no board may ask', () => {
  const closed = withDns({ forwarded: [], upstream: ['9.9.9.9'] });
  assert.equal(given(closed, '--no-resolv'), ['--no-resolv']);
  assert.equal(given(closed, '--server'), []);
  assert.equal(given(closed, '--resolv-file'), []);
  assert.equal(given(withDns({ upstream: ['9.9.9.9'] }), '--server'), ['--server=9.9.9.9']);
  assert.equal(given(smallPolicy, '--resolv-file'), ['--resolv-file=/run/resolv.conf']);
});

test('a board that may not ask is told of no resolver', () => {
  const policy = withDns({ local: ['node-1'] });
  assert.ok(given(policy, '--dhcp-option').includes('--dhcp-option=tag:cxo-1,option:dns-server'));
  assert.ok(given(policy, '--dhcp-option').includes('--dhcp-option=tag:node-1,option:dns-server,10.20.2.1'));
});

test('a lease is for requests of its own link alone, whatever subnet they choose', () => {
  for (const option of ['--dhcp-range', '--dhcp-host']) {
    const leases = given(smallPolicy, option);
    assert.is(leases.length, smallPolicy.boards.length);
    for (const [index, { device }] of smallPolicy.boards.entries())
      assert.ok(leases[index]!.includes(`tag:${device},`), leases[index]);
  }
});

test('one interface is none, so that DHCP is served on the links of boards that get names of the cluster alone', () => {
  const devices = smallPolicy.boards.map(({ device }) => device);
  const others = given(smallPolicy, '--interface').filter(
    (argument) => !devices.includes(argument.replace('--interface=', '')),
  );
  assert.equal(others, ['--interface=NONE']);
  assert.throws(() => deviceName('NONE'), /is no|device/);
});

test('it keeps no capability but the one for ports below 1024, and asks out only where boards may', () => {
  const recipe = routerRecipe(smallPolicy);
  assert.equal(recipe.capabilities, ['net_bind_service']);
  assert.equal(
    recipe.connects.map(({ protocol, ports }) => [protocol, ports]),
    [
      ['tcp', [53]],
      ['udp', [53]],
    ],
  );
  assert.equal(routerRecipe(withDns({ forwarded: [] })).connects, []);
  assert.ok(recipe.needs.dns);
  assert.not.ok(routerRecipe(withDns({ upstream: ['9.9.9.9'] })).needs.dns);
});

test.run();

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dnsmasqArguments } from '../../../openwrt/embedded/dnsmasq-arguments.ts';
import { compileUci } from '../../../openwrt/uci/compile-uci.ts';
import { readFirewall4 } from '../../../openwrt/uci/firewall4-model/firewall4.ts';
import { openingLines } from '../../../openwrt/uci/firewall4-model/opening.ts';
import { policyOpenings } from '../../../openwrt/uci/policy-openings.ts';
import { exampleClusters, examplePolicy, policyOfText } from '../../support/example-policies.ts';
import { matchesGolden } from '../../support/golden.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const test = suite('UCI of a policy');

for (const name of exampleClusters) {
  test(`${name}: every file`, async () => {
    for (const [path, text] of Object.entries(compileUci(await examplePolicy(name)))) {
      matchesGolden(`openwrt/uci/${name}${path}`, text);
    }
  });

  test(`${name}: firewall4 opens what the policy says, and nothing else`, async () => {
    const policy = await examplePolicy(name);
    const files = compileUci(policy);
    const reading = readFirewall4(files['/etc/config/firewall']!, files);
    assert.equal(reading.warnings, []);
    assert.not(reading.refused);
    const expected = openingLines(policyOpenings(policy));
    assert.ok(expected.length > policy.flows.length);
    assert.equal(openingLines(reading.openings), expected);
  });
}

test('an uplink that is dialled, and management', async () => {
  const policy = await policyOfText('dialled', dialled);
  const files = compileUci(policy);
  for (const [path, text] of Object.entries(files)) matchesGolden(`openwrt/uci/dialled${path}`, text);
  assert.not.match(files['/etc/config/network']!, /password/);
  const reading = readFirewall4(files['/etc/config/firewall']!, files);
  assert.equal(openingLines(reading.openings), openingLines(policyOpenings(policy)));
});

test('management opens each family to those who are named in it, and not to all where none is', async () => {
  const web = async (networks: string): Promise<string[]> => {
    const text = dialled
      .replace('ipv4: { pppoe: { user: me@provider } }', '$&, ipv6: { advertised: {} }')
      .replace('networks: [192.168.7.0/24]', networks);
    const policy = await policyOfText('dialled', text);
    const files = compileUci(policy);
    const { openings } = readFirewall4(files['/etc/config/firewall']!, files);
    assert.equal(openingLines(openings), openingLines(policyOpenings(policy)));
    return openings
      .filter(({ hook, ports }) => hook === 'input' && ports.includes('443'))
      .map(
        ({ family, sources }) =>
          `${family} ${sources.every((source) => source.startsWith('!')) ? 'all' : sources}`,
      );
  };
  assert.equal(await web("networks: ['2600:1::/32']"), ['ipv6 2600:1::/32']);
  assert.equal(await web('networks: [192.168.7.0/24]'), ['ipv4 192.168.7.0/24']);
  assert.equal(await web("networks: [192.168.7.0/24, '2600:1::/32']"), [
    'ipv4 192.168.7.0/24',
    'ipv6 2600:1::/32',
  ]);
});

test('a router that nobody told the time serves its own to who needs it: its daemon is started', async () => {
  const policy = await examplePolicy('skyminer-4');
  const time = (served: readonly string[], upstream: readonly string[]): string => {
    const router = { ...policy.router, time: { served, upstream } };
    const [, section] = compileUci({ ...policy, router })['/etc/config/system']!.split('config timeserver ');
    return section!.match(/(?<=option (enabled|enable_server) ')./g)!.join('');
  };
  assert.is(time(['node'], []), '11');
  assert.is(time([], ['192.0.2.1']), '10');
  assert.is(time(['node'], ['192.0.2.1']), '11');
  assert.is(time([], []), '00');
});

test("names of boards are in the same domain as the embedded router's", async () => {
  const policy = await examplePolicy('skyminer-4');
  const domains = compileUci(policy)['/etc/config/dhcp']!.matchAll(/option domain '([^']+)'/g);
  const told = dnsmasqArguments(policy).find((argument) => argument.startsWith('--domain='));
  assert.equal(
    [...domains].map(([, domain]) => `--domain=${domain}`),
    [told, told],
  );
});

test('the same policy gives the same files', async () => {
  const policy = await examplePolicy('skyminer-8');
  assert.equal(compileUci(policy), compileUci(structuredClone(policy)));
});

/** A program that prints the ruleset which a real firewall4 makes of the /etc/config in the folder that it is given. */
const { FW4 } = process.env;
if (FW4 === undefined) console.log('SKIP a real firewall4: FW4 names none');
else {
  for (const name of exampleClusters) {
    test(`${name}: a real firewall4 takes every section, and closes what is not named`, async () => {
      const files = compileUci(await examplePolicy(name));
      const folder = temporaryFolder('fw4');
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      const { stdout, stderr } = await execa(FW4, [folder]);
      assert.not.match(stderr, /\[!\]/);
      for (const hook of ['input', 'forward', 'output']) {
        assert.match(stdout, new RegExp(`hook ${hook} priority filter; policy drop`));
      }
      assert.not.match(stdout, /flow (add|offload)|ct helper|\(reflection\)/);
      const names = [
        ...files['/etc/config/firewall']!.matchAll(/config (?:rule|redirect)\n\toption name '([^']+)'/g),
      ];
      for (const [, rule] of names) assert.match(stdout, `comment "!fw4: ${rule}"`);
    });
  }
}

const dialled = `name: dialled
description: A node behind a modem, with an owner who may log into the router
router: { board: qemu-virt, base: openwrt, ports: [eth0..eth2] }
uplink: { port: eth0, ipv4: { pppoe: { user: me@provider } } }
addressing: { ipv4: 10.79.0.0/28, ipv6: 'fd79:1::/48' }
boards:
  node:
    appliance: test/appliances/chain-node
    board: qemu-virt
    ports: [eth1]
    firstMac: '52:54:00:79:01:01'
  desk:
    appliance: test/appliances/wallet
    board: qemu-virt
    ports: [eth2]
    firstMac: '52:54:00:79:02:01'
flows:
  - { from: node, to: uplink, service: peers }
  - { from: desk, to: node, service: rpc, families: [ipv4] }
forwards:
  - { port: 6000, to: node, service: peers, rate: { perSecond: 5 } }
management:
  - { service: ssh, from: desk }
  - { service: web, from: uplink, networks: [192.168.7.0/24] }
ssh: { keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f operator@desk] }
time: { upstream: [162.159.200.1] }
`;

test.run();

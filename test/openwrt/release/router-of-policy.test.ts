import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import { compileRuleset } from '../../../openwrt/nft/compile-ruleset.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import { closedFiles } from '../../../openwrt/release/closed/closed-files.ts';
import { noServices } from '../../../openwrt/release/closed/management-services.ts';
import { routerFileProblems } from '../../../openwrt/release/router-file.ts';
import { packagesOfPolicy, routerOfPolicy } from '../../../openwrt/release/router-of-policy.ts';
import { compileUci } from '../../../openwrt/uci/compile-uci.ts';
import { exampleClusters, examplePolicy } from '../../support/example-policies.ts';

const test = suite("a release's router of a policy");
const origin = { file: 'recipes/clusters/x.yaml', line: 7, column: 3 };
const keys = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 operator@desk'];

for (const name of exampleClusters) {
  test(`${name}: every file of its UCI, and nothing to log in to`, async () => {
    const policy = await examplePolicy(name);
    const router = routerOfPolicy(policy, []);
    assert.equal(router.services, noServices);
    const files = closedFiles(router);
    assert.equal(routerFileProblems(files), []);
    const ruleset = { '/etc/boardsmith/ruleset.nft': printNft(compileRuleset(policy)) };
    for (const [path, text] of Object.entries({ ...compileUci(policy), ...ruleset })) {
      for (const place of [path, `/lib/boardsmith/policy${path}`]) {
        assert.is(files.find((file) => file.path === place)?.content, text, place);
      }
    }
    const modes = new Set(
      files.filter(({ path }) => path.startsWith('/etc/config/')).map(({ mode }) => mode),
    );
    assert.equal([...modes], [0o600]);
  });
}

test('management that a cluster names is on, and nothing else', async () => {
  const policy = await examplePolicy('skyminer-4');
  const from = { kind: 'board', name: policy.boards[0]!.name } as const;
  const access = { id: 'a', from, service: 'ssh', port: 22, origin } as const;
  const named = { ...policy, router: { ...policy.router, management: [access] } };
  const { services } = routerOfPolicy(named, keys);
  assert.equal(services, { ...noServices, ssh: { authorizedKeys: keys } });
  closedFiles(routerOfPolicy(named, keys));
  const web = { ...access, service: 'web', port: 443 } as const;
  const both = { ...policy, router: { ...policy.router, management: [access, web] } };
  assert.ok(routerOfPolicy(both, keys).services.web);
  assert.throws(
    () => routerOfPolicy(both, []),
    (error: BoardsmithError) =>
      error.code === 'RECIPE_INVALID' &&
      error.problems.length === 1 &&
      error.problems[0]!.startsWith('recipes/clusters/x.yaml:7:3: ssh is named'),
  );
});

test('packages', async () => {
  const policy = await examplePolicy('skyminer-4');
  const plain = { ...policy, boards: [], uplink: null };
  assert.equal(packagesOfPolicy({ ...plain, uplink: { ...policy.uplink!, ipv6: null } }), [
    'dnsmasq',
    'firewall4',
    'kmod-nft-arp',
    'kmod-nft-connlimit',
  ]);
  const dialled = {
    device: 'pppoe-uplink',
    ipv4: { kind: 'pppoe', port: 'eth0', user: 'u' },
    ipv6: { kind: 'router-advertisement' },
  } as const;
  assert.equal(packagesOfPolicy({ ...plain, uplink: dialled }), [
    'dnsmasq',
    'firewall4',
    'kmod-nft-arp',
    'kmod-nft-connlimit',
    'odhcp6c',
    'odhcpd-ipv6only',
    'ppp',
    'ppp-mod-pppoe',
  ]);
});

test.run();

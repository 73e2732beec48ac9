import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readBootable } from '../../../builder/cli/bootable.ts';
import { loadCluster } from '../../../builder/recipe/load-cluster.ts';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../../openwrt/policy/policy-of-cluster.ts';
import { failuresOf, holds } from '../../../qemu/cluster/cluster-report.ts';
import { matrix } from '../../../qemu/cluster/scenarios/knocking.ts';
import { routerReboots } from '../../../qemu/cluster/scenarios/router-reboots.ts';
import { services } from '../../../qemu/cluster/scenarios/services.ts';
import { bootableMirror, bootableRelease } from '../../support/bootable-release.ts';
import { failureText, tryRouter } from '../../support/cluster-stage.ts';
import { boardsmith, type CommandResult } from '../../support/command-line.ts';
import { hasGpg } from '../../support/debian-repository.ts';
import { LoopbackServer } from '../../support/loopback-server.ts';
import { ReleaseKeys, serveRelease } from '../../support/openwrt-mirror.ts';
import { checkout, testCache } from '../../support/places.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/**
 * What `boardsmith test --router openwrt` boots: U-Boot's UEFI, GRUB and a kernel from a disk like OpenWrt's, with our overlay as it is built. OpenWrt's own programs are
 * stand-ins (test/fixtures/openwrt/router).
 */
const test = suite('a router from a release, in QEMU');
const missing = ['gpg', 'gpgv', 'make', 'python3'].filter(
  (program) => execaSync('sh', ['-c', `command -v ${program}`], { reject: false }).exitCode !== 0,
);
const folder = temporaryFolder('openwrt-router');

function appliance(name: string): string {
  return `${'../'.repeat(folder.split('/').length)}${checkout.slice(1)}/test/appliances/${name}`;
}

const cluster = `name: forwarding
description: A wallet and a node behind a router that is a release
router:
  base: openwrt
  board: qemu-virt
  ports: [eth0..eth2]
  openwrt:
    version: ${bootableRelease.version}
    rootSize: 64 MiB
uplink: { port: eth0 }
addressing: { ipv4: 10.79.0.0/28 }
boards:
  wallet:
    appliance: ${appliance('wallet')}
    board: qemu-virt
    ports: [eth1]
    firstMac: '52:54:00:79:01:01'
  node:
    appliance: ${appliance('chain-node')}
    board: qemu-virt
    ports: [eth2]
    firstMac: '52:54:00:79:02:01'
flows:
  - { from: wallet, to: node, service: rpc }
  - { from: node, to: uplink, service: peers }
forwards:
  - { port: 6000, to: node, service: peers }
`;

if (missing.length > 0 || !hasGpg()) {
  console.log(`SKIP openwrt-router: this machine has no ${missing.join(', ') || 'gpg'}`);
  test.skip('openwrt-router', () => {});
} else {
  const server = await LoopbackServer.start();
  const keys = new ReleaseKeys();
  const file = join(folder, 'forwarding.yaml');
  const lock = join(folder, 'boardsmith.lock');
  const image = join(folder, 'out/router-qemu-virt.img');
  writeFileSync(file, cluster);
  copyFileSync(join(checkout, 'boardsmith.lock'), lock);
  const run = async (...parameters: string[]): Promise<CommandResult> =>
    await boardsmith([...parameters, '--lock', lock, '--cache', testCache], {
      cwd: folder,
      environment: keys.environment(server.address),
    });
  const policyOf = async (): Promise<Policy> => policyOfCluster(await loadCluster(file, () => {}));

  test('locked and built, with the firmware that starts it', async () => {
    await serveRelease(server, keys, await bootableMirror());
    for (const words of [
      ['lock', file],
      ['build', file, '--out', 'out'],
    ]) {
      const { exitCode, stderr } = await run(...words);
      assert.is(exitCode, 0, stderr);
    }
    const manifest = JSON.parse(readFileSync(image.replace(/img$/, 'manifest.json'), 'utf8'));
    // OpenWrt's 128th entry lies before its first.
    assert.equal(
      manifest.partitions.map(({ name }: { name: string }) => name),
      ['p128', 'p1', 'p2', 'identity'],
    );
  });

  test('it opens its policy and nothing else, gives names, leases and time, and opens nothing while it reboots', async () => {
    const scenarios = [matrix, services, routerReboots];
    const report = await tryRouter(await policyOf(), await readBootable(image), { scenarios });
    assert.is(report.broken, null);
    assert.ok(holds(report), failureText(report));
  });

  test('broken on purpose: a flow that it does not carry, and one that nobody named, are found', async () => {
    const policy = await policyOf();
    const rpc = policy.flows.find(({ id }) => id === 'wallet__node__rpc__v4')!;
    const [port] = rpc.match.protocol === 'tcp' ? rpc.match.ports : [];
    const moved = {
      ...rpc,
      match: { protocol: 'tcp', ports: [{ first: port!.first + 1, last: port!.last + 1 }] },
    } as const;
    const flows = policy.flows.map((flow) => (flow === rpc ? moved : flow));
    const report = await tryRouter({ ...policy, flows }, await readBootable(image), { scenarios: [matrix] });
    assert.is(report.broken, null);
    assert.equal(
      failuresOf(report)
        .map(({ from, to, expected }) => [from, to, expected])
        .sort(),
      [
        ['wallet', 'node', 'dropped'],
        ['wallet', 'node', 'passes'],
      ],
      failureText(report),
    );
  });

  test.after(async () => {
    keys.close();
    await server.close();
  });
}

test.run();

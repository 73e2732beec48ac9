import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeIdentity } from '../../builder/identity/judge-identity.ts';
import type { ReleaseManifest as Released } from '../../builder/release/release-manifest.ts';
import { publicKeyLine } from '../../builder/signature/public-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { SeedKey } from '../../builder/signature/signing-key.ts';
import type { ReleaseManifest } from '../../openwrt/release/release-disk.ts';
import { boardsmith, type CommandResult } from '../support/command-line.ts';
import { hasGpg } from '../support/debian-repository.ts';
import { imagePackers } from '../support/image-packers.ts';
import { LoopbackServer } from '../support/loopback-server.ts';
import { ReleaseKeys, serveRelease, testRelease } from '../support/openwrt-mirror.ts';
import { checkout, testCache } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** From a cluster's file to a router's image by the command line, with a mirror on loopback and a stand-in for the ImageBuilder. */
const test = suite('a cluster whose router is a release, by the command line');
const missing = ['gpg', 'gpgv', 'make', 'python3'].filter(
  (program) => execaSync('sh', ['-c', `command -v ${program}`], { reject: false }).exitCode !== 0,
);
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f operator@desk';

function clusterText(name: string, router: string, more = ''): string {
  return `name: ${name}
description: A wallet and a node behind a router
router:
  board: qemu-virt
  ports: [eth0..eth2]
${router}uplink: { port: eth0 }
addressing: { ipv4: 10.79.0.0/28 }
boards:
  wallet:
    appliance: ${'../'.repeat(folder.split('/').length)}${checkout.slice(1)}/test/appliances/wallet
    board: qemu-virt
    ports: [eth1]
    firstMac: '52:54:00:79:01:01'
  node:
    appliance: ${'../'.repeat(folder.split('/').length)}${checkout.slice(1)}/test/appliances/chain-node
    board: qemu-virt
    ports: [eth2]
    firstMac: '52:54:00:79:02:01'
flows:
  - { from: wallet, to: node, service: rpc }
  - { from: node, to: uplink, service: peers }
${more}`;
}

/** One board whose dense image other suites make too, behind a router that must be given a password. */
function diallingText(name: string, more = ''): string {
  return `name: ${name}
description: A store behind a router that dials
router:
  base: openwrt
  board: qemu-virt
  ports: [eth0, eth1]
${device}uplink: { port: eth0, ipv4: { pppoe: { user: somebody } } }
addressing: { ipv4: 10.79.0.0/28 }
boards:
  cxo:
    appliance: ${'../'.repeat(folder.split('/').length)}${checkout.slice(1)}/recipes/cxo
    board: qemu-virt
    ports: [eth1]
    firstMac: '52:54:00:79:01:01'
flows: []
${more}`;
}

const device = `  openwrt:
    version: ${testRelease.version}
    device: { target: ${testRelease.target}, profile: ${testRelease.profile}, image: sdcard }
`;
const folder = temporaryFolder('openwrt-cluster');
const lockFile = join(folder, 'boardsmith.lock');

function write(name: string, router: string, more?: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, clusterText(name, router, more));
  return file;
}

if (missing.length > 0 || !hasGpg()) {
  console.log(`SKIP openwrt-cluster: this machine has no ${missing.join(', ')}`);
  test.skip('openwrt-cluster', () => {});
} else {
  const server = await LoopbackServer.start();
  const keys = new ReleaseKeys();
  const environment = keys.environment(server.address);
  const packers = await imagePackers();
  const out = join(folder, 'out');
  const plain = write('plain', device);
  const named = write(
    'named',
    `  base: openwrt\n${device}`,
    `management:\n  - { service: ssh, from: wallet }\nssh:\n  keys:\n    - ${key}\n`,
  );
  mkdirSync(out);
  writeFileSync(lockFile, readFileSync(join(checkout, 'boardsmith.lock')));

  const run = async (...parameters: string[]): Promise<CommandResult> =>
    await boardsmith([...parameters, '--lock', lockFile, '--cache', testCache], {
      cwd: folder,
      environment,
    });
  const manifestOf = (text: string): ReleaseManifest => JSON.parse(text) as ReleaseManifest;

  test('a release that is not locked: what to do is said, and nothing is asked for', async () => {
    for (const verb of ['plan', 'build', 'test']) {
      const { exitCode, stderr } = await run(verb, plain, '--router', 'openwrt');
      assert.is(exitCode, 4, stderr);
      assert.match(stderr, /does not pin OpenWrt 24\.10\.9 for testing\/small, small_board/);
      assert.match(stderr, `boardsmith lock ${plain} --router openwrt`);
    }
    assert.equal(server.requests, []);
  });

  test('a mirror without keys, and one that is not there', async () => {
    const { exitCode, stderr } = await boardsmith(
      ['lock', plain, '--router', 'openwrt', '--lock', lockFile, '--cache', testCache],
      { cwd: folder, environment: { BOARDSMITH_OPENWRT_MIRROR: `${server.address}/openwrt` } },
    );
    assert.is(exitCode, 10, stderr);
    assert.match(stderr, /BOARDSMITH_OPENWRT_GPG_KEY does not name the OpenPGP key/);
    const gone = await run('lock', plain, '--router', 'openwrt');
    assert.is(gone.exitCode, 5, gone.stderr);
    assert.match(gone.stderr, /the mirror has no releases\/24\.10\.9\/targets\/testing\/small\/sha256sums/);
  });

  test('locked', async () => {
    await serveRelease(server, keys, packers);
    const { exitCode, stdout, stderr } = await run('lock', plain, '--router', 'openwrt');
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /firewall4/);
    const lock = readFileSync(lockFile, 'utf8');
    assert.match(lock, /"openwrt:24\.10\.9:testing\/small:small_board:-dropbear,/);
    assert.match(lock, keys.gpg.fingerprint);
    assert.ok(lock.includes('debian:arm64:u-boot-qemu'), "others' pins stay");
    const again = await run('lock', plain, '--router', 'openwrt');
    assert.match(again.stdout, /is up to date/);
  });

  test('planned: the router beside the roles, and no router of the other base', async () => {
    const { exitCode, stdout, stderr } = await run('plan', plain, '--router', 'openwrt', '--json');
    assert.is(exitCode, 0, stderr);
    const plan = JSON.parse(stdout) as {
      images: { recipe: string }[];
      steps: { id: string; cost?: string }[];
    };
    assert.equal(plan.images.map(({ recipe }) => recipe).sort(), ['chain-node', 'router', 'wallet']);
    const ids = plan.steps.map(({ id }) => id);
    assert.ok(ids.includes('openwrt-image:plain') && ids.includes('image:router-qemu-virt'));
    assert.not.ok(ids.includes('init:router-qemu-virt'));
    const other = await run('plan', plain, '--json');
    const otherIds = (JSON.parse(other.stdout) as typeof plan).steps.map(({ id }) => id);
    assert.ok(otherIds.includes('init:router-qemu-virt'));
    assert.not.ok(otherIds.includes('openwrt-image:plain'));
    const words = await run('plan', plain, '--router', 'openwrt');
    assert.match(words.stdout, /build the OpenWrt 24\.10\.9 router of plain/);
  });

  test('built: the image with what an image has beside it', async () => {
    const asked = server.requests.length;
    const { exitCode, stderr } = await run('build', plain, '--router', 'openwrt', '--out', out);
    assert.is(exitCode, 0, stderr);
    assert.is(server.requests.length, asked, 'what is locked is in the cache');
    assert.match(stderr, ` test ${plain} --router openwrt`);
    const manifest = manifestOf(readFileSync(join(out, 'router-qemu-virt.manifest.json'), 'utf8'));
    assert.equal(
      manifest.outputs.map(({ role, file }) => [role, file]),
      [
        ['image', 'router-qemu-virt.img'],
        ['sbom-cyclonedx', 'router-qemu-virt.cdx.json'],
        ['sbom-spdx', 'router-qemu-virt.spdx.json'],
      ],
    );
    assert.is(manifest.boot.qemu, null, "QEMU cannot play the stand-in's target");
    assert.equal(manifest.openwrt.unit, []);
    const names = manifest.openwrt.packages.map(({ name }) => name);
    for (const name of ['dnsmasq', 'firewall4', 'kmod-nft-arp', 'kmod-nft-connlimit']) {
      assert.ok(names.includes(name), name);
    }
    const bom = JSON.parse(readFileSync(join(out, 'router-qemu-virt.cdx.json'), 'utf8')) as object;
    assert.match(JSON.stringify(bom), /pkg:generic\/openwrt\/firewall4@1-r1/);
    const { packages } = JSON.parse(readFileSync(join(out, 'router-qemu-virt.spdx.json'), 'utf8')) as {
      packages: { name: string; licenseDeclared?: string }[];
    };
    assert.is(packages.find(({ name }) => name === 'firewall4')?.licenseDeclared, 'ISC');
  });

  test('a test of what QEMU cannot play says so before it builds', async () => {
    const { exitCode, stderr } = await run('test', plain, '--router', 'openwrt', '--out', out);
    assert.is(exitCode, 10, stderr);
    assert.match(stderr, /QEMU cannot play small_board of OpenWrt's target testing\/small/);
    assert.match(stderr, /router\.board: qemu-virt/);
  });

  test("a base that the cluster's file names, with keys that may log in", async () => {
    assert.is((await run('lock', named)).exitCode, 0);
    const { exitCode, stderr } = await run('build', named, '--out', out);
    assert.is(exitCode, 0, stderr);
    const manifest = manifestOf(readFileSync(join(out, 'router-qemu-virt.manifest.json'), 'utf8'));
    assert.ok(manifest.openwrt.packages.some(({ name }) => name === 'dropbear'));
    assert.ok(manifest.sources.some(({ path }) => path === 'router/etc/dropbear/authorized_keys'));
    const embedded = await run('build', named, '--router', 'embedded', '--dry-run');
    assert.is(embedded.exitCode, 3, embedded.stderr);
    assert.match(embedded.stderr, /the embedded base has no ssh/);
  });

  test('a router that dials: released, certified, burnt with its password, and verified', async () => {
    const authority = new SeedKey(Buffer.alloc(32, 'authority of a test'), Buffer.alloc(8, 1));
    const dialling = join(folder, 'dialling.yaml');
    writeFileSync(dialling, diallingText('dialling', `authority: [${publicKeyLine(authority.publicKey)}]\n`));
    const release = join(folder, 'release');
    const plainly = async (...parameters: string[]): Promise<CommandResult> =>
      await boardsmith(parameters, { cwd: folder });
    const locked = await run('lock', dialling);
    assert.is(locked.exitCode, 0, locked.stderr);
    assert.is((await plainly('keygen', 'team', '--no-password')).exitCode, 0);
    assert.is((await plainly('keygen', 'batch', '--no-password')).exitCode, 0);
    writeFileSync(join(folder, 'authority.key'), await secretKeyText(authority, null), { mode: 0o600 });
    const made = await run(
      'release',
      dialling,
      '--key',
      'team.key',
      '--out',
      'release',
      '--allow-dirty',
      '--first',
    );
    assert.is(made.exitCode, 0, made.stderr);
    const manifest = JSON.parse(readFileSync(join(release, 'manifest.json'), 'utf8')) as Released;
    const router = manifest.images.find(({ recipe }) => recipe === 'router')!;
    assert.is(router.layout, 'openwrt');
    assert.equal(
      router.partitions.map(({ name }) => name),
      ['p1', 'p2', 'identity'],
    );
    assert.equal(
      router.unit.secrets.map(({ name, required }) => [name, required]),
      [['PPPOE_PASSWORD', true]],
    );
    const issued =
      'batch issue --key authority.key --manufacturer Acme --batch 1 --serials A-001..A-100 --release release --pub team.pub --batch-key batch.pub';
    assert.is((await plainly(...issued.split(' '))).exitCode, 0);
    const burn = async (list: string, to: string): Promise<CommandResult> => {
      writeFileSync(join(folder, 'units.csv'), list, { mode: 0o600 });
      const line = `burn release --pub team.pub --units units.csv --batch-key batch.key --certificate 1.cert --ledger ledger.ndjson --to ${to} --cache ${join(folder, 'cache')}`;
      return await plainly(...line.split(' '));
    };
    const without = await burn('serial,position\nA-001,router\n', 'card.img');
    assert.is(without.exitCode, 16, without.stderr);
    assert.match(without.stderr, /PPPOE_PASSWORD is missing, which router-qemu-virt needs/);
    const password = 'xyzzy "50 %" word';
    const burnt = await burn(
      `serial,position,PPPOE_PASSWORD\nA-001,router,"${password.replaceAll('"', '""')}"\n`,
      'card.img',
    );
    assert.is(burnt.exitCode, 0, burnt.stderr);
    const card = readFileSync(join(folder, 'card.img'));
    const { unit } = judgeIdentity(card.subarray(router.partitions.at(-1)!.offset), {
      authorities: [authority.publicKey],
      image: router.name,
      release: createHash('sha256')
        .update(readFileSync(join(release, 'manifest.json')))
        .digest('hex'),
    });
    assert.equal(unit!.secrets, { PPPOE_PASSWORD: password });
    const verified = await plainly('verify', 'card.img', '--release', 'release', '--pub', 'team.pub');
    assert.is(verified.exitCode, 0, verified.stderr);
    assert.match(
      verified.stdout,
      /^identity: A-001, router, batch 1 of Acme/m,
      verified.stdout + verified.stderr,
    );
    for (const { stdout, stderr } of [made, without, burnt, verified])
      assert.not.match(stdout + stderr, /xyzzy/);
    for (const file of ['ledger.ndjson', 'release/manifest.json', 'release/index.html'])
      assert.not.match(readFileSync(join(folder, file), 'utf8'), /xyzzy/);
    const nobody = join(folder, 'nobody.yaml');
    writeFileSync(nobody, diallingText('nobody'));
    // Before anything is built.
    const words = ['--key', 'team.key', '--out', 'other', '--allow-dirty', '--first', '--dry-run'];
    const refused = await run('release', nobody, ...words);
    assert.is(refused.exitCode, 2, refused.stderr);
    assert.match(
      refused.stderr,
      /a unit of router must be given PPPOE_PASSWORD, but its image takes nothing/,
    );
    assert.match(refused.stderr, /authority in the cluster/);
    const sources = await run('release', dialling, ...words, '--sources');
    assert.is(sources.exitCode, 2, sources.stderr);
    assert.match(sources.stderr, /pins no sources of the OpenWrt release that is the router of dialling/);
  });

  test('a package that was built anew on the mirror is not taken: the lock says which', async () => {
    await serveRelease(server, keys, { ...packers, packageVersion: '2-r1' });
    const { exitCode, stderr } = await run('build', named, '--out', out);
    assert.is(exitCode, 0, stderr);
    const manifest = manifestOf(readFileSync(join(out, 'router-qemu-virt.manifest.json'), 'utf8'));
    assert.ok(manifest.openwrt.packages.every(({ version }) => version === '1-r1'));
  });

  test('an ImageBuilder that lies: no image, and the one that was there stays', async () => {
    await serveRelease(server, keys, { ...packers, lie: 'changed file' });
    assert.is((await run('lock', plain, '--router', 'openwrt', '--renew', 'openwrt')).exitCode, 0);
    const before = readFileSync(join(out, 'router-qemu-virt.manifest.json'), 'utf8');
    const { exitCode, stderr } = await run('build', plain, '--router', 'openwrt', '--out', out);
    assert.is(exitCode, 8, stderr);
    assert.match(stderr, /\/etc\/config\/firewall was changed/);
    assert.is(readFileSync(join(out, 'router-qemu-virt.manifest.json'), 'utf8'), before);
  });

  test('words that do not fit', async () => {
    const recipe = await run('build', 'cxo', '--router', 'openwrt', '--dry-run');
    assert.is(recipe.exitCode, 2, recipe.stderr);
    assert.match(recipe.stderr, /--router is for a cluster/);
    const base = await run('build', plain, '--router', 'other');
    assert.is(base.exitCode, 2, base.stderr);
    assert.match(base.stderr, /Allowed choices are embedded, openwrt/);
    const both = await run('plan', plain, 'cxo');
    assert.is(both.exitCode, 2, both.stderr);
  });

  test.after(async () => {
    keys.close();
    await server.close();
  });
}

test.run();

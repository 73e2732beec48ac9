import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import type { Lock } from '../../../builder/lock/lock-format.ts';
import { lockedInputs } from '../../../builder/plan/locked-input.ts';
import { PlanBuilder } from '../../../builder/plan/plan-builder.ts';
import type { Plan } from '../../../builder/plan/step.ts';
import { apply } from '../../../builder/steps/apply.ts';
import { StepCache } from '../../../builder/steps/step-cache.ts';
import type { ReleaseImageFacts } from '../../../openwrt/release/build-release-image.ts';
import {
  planReleaseImage,
  type ReleaseRouter,
  releaseRequest,
} from '../../../openwrt/release/plan-release-image.ts';
import { releaseImplementations, releaseStepKinds } from '../../../openwrt/release/steps/release-kinds.ts';
import { hasGpg } from '../../support/debian-repository.ts';
import { imagePackers } from '../../support/image-packers.ts';
import { lockRelease, releaseStore } from '../../support/lock-release.ts';
import { LoopbackServer } from '../../support/loopback-server.ts';
import { type MirrorOptions, ReleaseKeys, serveRelease, testRelease } from '../../support/openwrt-mirror.ts';
import { testRouter } from '../../support/release-router.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The ImageBuilder here is a stand-in (test/fixtures/openwrt/imagebuilder): everything around it is what a real one would meet. */
const test = suite('an image of an OpenWrt release');
const missing = ['gpg', 'gpgv', 'make', 'python3'].filter(
  (program) => execaSync('sh', ['-c', `command -v ${program}`], { reject: false }).exitCode !== 0,
);

if (missing.length > 0 || !hasGpg()) {
  console.log(`SKIP release-image: this machine has no ${missing.join(', ')}`);
  test.skip('release-image', () => {});
} else {
  const server = await LoopbackServer.start();
  const keys = new ReleaseKeys();
  const environment = keys.environment(server.address);
  const packers = await imagePackers();

  interface Built {
    readonly facts?: ReleaseImageFacts;
    readonly image?: Buffer;
    readonly error?: BoardsmithError;
  }

  async function build(
    options: MirrorOptions = {},
    router: ReleaseRouter = testRouter,
    changeLock: (lock: Lock) => Lock = (same) => same,
  ): Promise<Built> {
    await serveRelease(server, keys, { ...packers, ...options });
    const cache = temporaryFolder('router');
    const locking = { request: releaseRequest(router), address: server.address, environment, cache };
    const lock = changeLock(await lockRelease(locking));
    const asked = server.requests.length;
    const built = await run(plan(lock, router), cache, locking).catch((error: BoardsmithError) => ({
      error,
    }));
    assert.is(server.requests.length, asked, 'a build asks the mirror for nothing that the cache holds');
    return built;
  }

  function plan(lock: Lock, router: ReleaseRouter): Plan {
    const builder = new PlanBuilder(releaseImplementations());
    const link = planReleaseImage(builder, lockedInputs(lock, 'x86_64'), router);
    assert.ok(link.from === 'step');
    builder.addImage({ recipe: 'router', board: 'router', step: link.step });
    return builder.build();
  }

  async function run(
    planned: Plan,
    cache: string,
    locking: Parameters<typeof releaseStore>[0],
  ): Promise<Built> {
    const outputs = await apply(planned, {
      cache: new StepCache(cache),
      inputs: releaseStore(locking),
      kinds: releaseStepKinds,
      concurrency: 1,
      signal: new AbortController().signal,
    });
    const folder = outputs.get(planned.images[0]!.step)!;
    const facts = JSON.parse(readFileSync(join(folder, 'router.json'), 'utf8')) as ReleaseImageFacts;
    return { facts, image: readFileSync(join(folder, facts.image)) };
  }

  for (const kind of ['opkg', 'apk'] as const) {
    test(`built, looked at, and the same twice (${kind})`, async () => {
      const { facts, image, error } = await build({ kind });
      assert.is(error, undefined, `${error?.message} ${error?.problems.join('\n')}`);
      assert.is(
        facts!.image,
        `openwrt-${testRelease.version}-test-cluster-testing-small-small_board-squashfs-sdcard.img.gz`,
      );
      assert.is(createHash('sha256').update(image!).digest('hex'), facts!.sha256);
      assert.equal(
        facts!.packages.map(({ name, licence }) => [name, licence]),
        [
          ['base-files', null],
          ['firewall4', 'ISC'],
          ['libnftnl11', 'GPL-2.0-or-later'],
          ['nftables', 'GPL-2.0-only'],
        ],
      );
      assert.equal((await build({ kind })).facts, facts);
    });
  }

  test('an ImageBuilder that is packed with xz, as before 24.10', async () => {
    const { facts, error } = await build({ packing: 'xz' });
    assert.is(error, undefined, `${error?.message} ${error?.problems.join('\n')}`);
    assert.ok(facts!.packages.some(({ name }) => name === 'firewall4'));
  });

  const lies: readonly (readonly [lie: string, code: string, message: RegExp])[] = [
    ['no image', 'STEP_FAILED', /ended well and made no image: it wrote no profiles\.json/],
    ['lost image', 'STEP_FAILED', /ended well and made no image: it did not write openwrt-/],
    ['other profile', 'STEP_FAILED', /nothing was built for the profile small_board, but for other/],
    ['image hash', 'AUDIT_FAILED', /has the sha256 [0-9a-f]{64}, but its profiles\.json says 0{64}/],
    ['manifest', 'AUDIT_FAILED', /the package nftables is not in the image/],
    ['no firewall4', 'AUDIT_FAILED', /the package firewall4 is not in the image/],
    ['changed file', 'AUDIT_FAILED', /\/etc\/config\/firewall was changed/],
    ['lost file', 'AUDIT_FAILED', /\/lib\/boardsmith\/guard is not in the image/],
    ['mode', 'AUDIT_FAILED', /\/etc\/shadow has the mode 644, not 600/],
    ['not started', 'AUDIT_FAILED', /S11boardsmith-closed does not start/],
    ['earlier', 'AUDIT_FAILED', /S05network is started before the router is closed/],
    ['rules', 'AUDIT_FAILED', /open\.nft would be a part of fw4's ruleset/],
    ['dropbear', 'AUDIT_FAILED', /\/usr\/sbin\/dropbear is there, but the cluster does not name ssh/],
    ['no root', 'AUDIT_FAILED', /the image has 0 squashfs root file systems/],
    ['feed', 'STEP_FAILED', /not there: releases\S+\/unlocked/],
  ];
  for (const [lie, code, message] of lies) {
    test(`refused: an ImageBuilder that lies (${lie})`, async () => {
      const { error } = await build({ lie });
      assert.ok(error, 'is refused');
      assert.is(error.code, code, error.message);
      assert.match([error.message, ...error.problems].join('\n'), message);
      assert.ok(error.hint);
    });
  }

  for (const fileSystem of ['ext4', 'tar'] as const) {
    const asked: ReleaseRouter = { ...testRouter, fileSystem };
    test(`another file system: ${fileSystem}`, async () => {
      const { facts, image, error } = await build({}, asked);
      assert.is(error, undefined, `${error?.message} ${error?.problems.join('\n')}`);
      assert.match(facts!.image, fileSystem === 'tar' ? /-rootfs\.tar\.gz$/ : /-ext4-sdcard\.img\.gz$/);
      assert.is(createHash('sha256').update(image!).digest('hex'), facts!.sha256);
    });
    const said = new Set([
      'lost image',
      'image hash',
      'changed file',
      'lost file',
      'mode',
      'not started',
      'rules',
    ]);
    for (const [lie, code, message] of lies.filter(([name]) => said.has(name))) {
      const expected =
        fileSystem === 'tar' && lie === 'lost image'
          ? /wrote 0 files that end with/
          : fileSystem === 'tar' && lie === 'image hash'
            ? /but its sha256sums says 0{64}/
            : message;
      test(`another file system: ${fileSystem}, and a lie (${lie})`, async () => {
        const { error } = await build({ lie }, asked);
        assert.ok(error, 'is refused');
        assert.is(error.code, code, error.message);
        assert.match([error.message, ...error.problems].join('\n'), expected);
      });
    }
  }

  test('a tar that is cut short', async () => {
    const { error } = await build({ lie: 'cut tar' }, { ...testRouter, fileSystem: 'tar' });
    assert.is(error!.code, 'AUDIT_FAILED', error!.message);
    assert.match(error!.message, /cannot be unpacked/);
  });

  test('a service that the cluster names is in the image', async () => {
    const dropbear = ['PasswordAuth', 'RootPasswordAuth']
      .map((option) => `\toption ${option} '0'\n`)
      .join('');
    const { facts, error } = await build(
      {},
      {
        ...testRouter,
        router: {
          ...testRouter.router,
          services: {
            ...testRouter.router.services,
            ssh: { authorizedKeys: ['ssh-ed25519 AAAAC3Nz operator'] },
          },
          policy: [
            ...testRouter.router.policy,
            { path: '/etc/config/dropbear', mode: 0o600, content: `config dropbear\n${dropbear}` },
          ],
        },
      },
    );
    assert.is(error, undefined, `${error?.message} ${error?.problems.join('\n')}`);
    assert.ok(facts!.packages.some(({ name }) => name === 'dropbear'));
  });

  test('a lock whose ImageBuilder is not the one of its checksums', async () => {
    const { error } = await build({}, testRouter, (lock) => {
      const [id, entry] = Object.entries(lock.entries).find(([name]) => name.includes('imagebuilder'))!;
      const [, other] = Object.entries(lock.entries).find(([name]) => name.endsWith('profiles.json'))!;
      const { size, sha256 } = other;
      return { ...lock, entries: { ...lock.entries, [id]: { ...entry, size, sha256 } } };
    });
    assert.is(error!.code, 'LOCK_INVALID', error!.message);
    assert.match(error!.problems.join(), /is locked with .*but sha256sums says/);
  });

  test('a release that is not locked', () => {
    assert.throws(
      () =>
        plan({ lockVersion: 1, date: '2026-11-26', requests: {}, hostRequests: {}, entries: {} }, testRouter),
      (error: BoardsmithError) => error.code === 'LOCK_INVALID' && /does not pin OpenWrt/.test(error.message),
    );
  });

  test.after(async () => {
    keys.close();
    await server.close();
  });
}

test.run();

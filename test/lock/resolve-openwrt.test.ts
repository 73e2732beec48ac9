import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { releaseKeyFingerprint } from '../../builder/lock/clients/openwrt-sources.ts';
import { formatLock } from '../../builder/lock/format-lock.ts';
import { type Lock, requestId } from '../../builder/lock/lock-format.ts';
import { parseLock } from '../../builder/lock/read-lock.ts';
import { openwrtRequest } from '../../builder/lock/resolve/openwrt/openwrt-request.ts';
import { hasGpg, SigningKey } from '../support/debian-repository.ts';
import { filesBelow } from '../support/fetch-trial.ts';
import { lockRelease, releaseStore } from '../support/lock-release.ts';
import { bytes, cutShort, endless, LoopbackServer, redirect, status } from '../support/loopback-server.ts';
import {
  type MirrorOptions,
  ReleaseKeys,
  serveRelease,
  sha256,
  testFolder,
  testImageBuilder,
  testRelease,
} from '../support/openwrt-mirror.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { UsignKey, usignText } from '../support/usign-key.ts';

const test = suite('an OpenWrt release, locked from a mirror');
const request = openwrtRequest({ ...testRelease, packages: ['nftables', 'firewall4', '-dropbear'] });
const missing = ['gpg', 'gpgv', 'make', 'python3'].filter(
  (program) => execaSync('sh', ['-c', `command -v ${program}`], { reject: false }).exitCode !== 0,
);

if (missing.length > 0 || !hasGpg()) {
  console.log(`SKIP resolve-openwrt: this machine has no ${missing.join(', ')}`);
  test.skip('resolve-openwrt', () => {});
} else {
  const server = await LoopbackServer.start();
  const other = await LoopbackServer.start();
  const keys = new ReleaseKeys();
  const strangers = new SigningKey();
  const environment = keys.environment(server.address);

  interface Attempt {
    readonly lock?: Lock;
    readonly error?: BoardsmithError;
    readonly cache: string;
  }

  async function attempt(options: MirrorOptions, extra: Record<string, string> = {}): Promise<Attempt> {
    await serveRelease(server, keys, options);
    const cache = temporaryFolder('inputs');
    const locking = { request, address: server.address, environment: { ...environment, ...extra }, cache };
    return await lockRelease(locking).then(
      (lock) => ({ lock, cache }),
      (error: BoardsmithError) => ({ error, cache }),
    );
  }

  for (const kind of ['opkg', 'apk'] as const) {
    test(`checksums, signatures, ImageBuilder, profiles, and each index and package that is taken (${kind})`, async () => {
      const { lock, error, cache } = await attempt({ kind });
      assert.is(error, undefined, error?.message);
      const ending = kind === 'opkg' ? 'ipk' : 'apk';
      const index = kind === 'opkg' ? 'Packages' : 'packages.adb';
      const base = `openwrt:releases/${testRelease.version}/packages/small_cpu/base`;
      assert.equal(
        lock!.requests[requestId(request)],
        [
          `${base}/${index}`,
          `${base}/firewall4_1-r1.${ending}`,
          `${base}/nftables_1-r1.${ending}`,
          `openwrt:${testFolder}/${testImageBuilder}`,
          `openwrt:${testFolder}/packages/${index}`,
          `openwrt:${testFolder}/packages/base-files_1-r1.${ending}`,
          `openwrt:${testFolder}/packages/libnftnl11_1-r1.${ending}`,
          `openwrt:${testFolder}/profiles.json`,
          `openwrt:${testFolder}/sha256sums`,
          `openwrt:${testFolder}/sha256sums.asc`,
          `openwrt:${testFolder}/sha256sums.sig`,
        ].sort(),
      );
      const sums = lock!.entries[`openwrt:${testFolder}/sha256sums`]!;
      assert.equal(sums.kind === 'openwrt' && sums.signedBy, {
        gpg: keys.gpg.fingerprint,
        usign: keys.usign.publicKey.split('\n')[1],
      });
      assert.equal(parseLock(formatLock(lock!), 'boardsmith.lock'), lock);
      assert.is(new Set(filesBelow(cache)).size, Object.keys(lock!.entries).length);
    });
  }

  const imageBuilderLine = new RegExp(`^.*${testImageBuilder}\\n`, 'm');
  const lies: readonly (readonly [what: string, options: MirrorOptions, code: string, message: RegExp])[] = [
    [
      'an ImageBuilder of another hash',
      { answers: { [testImageBuilder]: bytes('another') } },
      'INPUT_CORRUPT',
      /imagebuilder.*has the sha256 .*sha256sums says/,
    ],
    [
      'profiles of another hash',
      { answers: { 'profiles.json': bytes('{}') } },
      'INPUT_CORRUPT',
      /profiles\.json has the sha256/,
    ],
    [
      'checksums changed after they were signed',
      { answers: { sha256sums: bytes(`${sha256('')} *x\n`) } },
      'INPUT_CORRUPT',
      /usign signature is wrong; the OpenPGP signature is not good \(BADSIG/,
    ],
    [
      'usign: another key',
      { signUsign: (sums) => new UsignKey(keys.usign.id).sign(sums) },
      'INPUT_CORRUPT',
      /not signed as it must be: the usign signature is wrong$/,
    ],
    [
      'usign: the right signature under another key id',
      { signUsign: (sums) => renamed(keys.usign.sign(sums)) },
      'INPUT_CORRUPT',
      /usign signature was made with the key 0{16}, not with [0-9a-f]{16}$/,
    ],
    ['usign: nothing', { signUsign: () => '' }, 'INPUT_CORRUPT', /usign signature does not have two lines$/],
    [
      'OpenPGP: another key',
      { signGpg: (sums) => strangers.signDetached(sums) },
      'INPUT_CORRUPT',
      /not signed as it must be: the OpenPGP signature is not good \(ERRSIG/,
    ],
    [
      'OpenPGP: nothing',
      { signGpg: () => Buffer.from('no signature\n') },
      'INPUT_CORRUPT',
      /the OpenPGP signature is not good \(NODATA/,
    ],
    [
      'no usign signature at all',
      { answers: { 'sha256sums.sig': status(404) } },
      'INPUT_UNAVAILABLE',
      /the mirror has no .*sha256sums\.sig$/,
    ],
    [
      'no OpenPGP signature at all',
      { answers: { 'sha256sums.asc': status(404) } },
      'INPUT_UNAVAILABLE',
      /the mirror has no .*sha256sums\.asc$/,
    ],
    [
      'an ImageBuilder in two packings',
      { sums: (text) => `${text}${sha256('other')} *${testImageBuilder.replace(/zst$/, 'xz')}\n` },
      'INPUT_CORRUPT',
      /sha256sums names both openwrt-imagebuilder-\S+\.tar\.zst and openwrt-imagebuilder-\S+\.tar\.xz/,
    ],
    [
      'two lines for one name',
      { sums: (text) => `${text}${sha256('other')} *${testImageBuilder}\n` },
      'INPUT_CORRUPT',
      /names openwrt-imagebuilder\S+ in 2 lines/,
    ],
    [
      'two equal lines for one name',
      { sums: (text) => text.replace(imageBuilderLine, '$&$&') },
      'INPUT_CORRUPT',
      /in 2 lines/,
    ],
    [
      'a name that only begins so',
      { sums: (text) => text.replace(`*${testImageBuilder}`, `*${testImageBuilder}.old`) },
      'INPUT_CORRUPT',
      /sha256sums does not name openwrt-imagebuilder/,
    ],
    [
      'a name that only ends so',
      { sums: (text) => text.replace(`*${testImageBuilder}`, `*old/${testImageBuilder}`) },
      'INPUT_CORRUPT',
      /sha256sums does not name openwrt-imagebuilder/,
    ],
    [
      'a line that is none',
      { sums: (text) => `${text}<html>\n` },
      'INPUT_CORRUPT',
      /line 4 of sha256sums is malformed/,
    ],
    [
      'a signed list of another version',
      { sums: (text) => text.replaceAll(testRelease.version, '24.10.8') },
      'INPUT_CORRUPT',
      /does not name openwrt-imagebuilder-24\.10\.9/,
    ],
    [
      'profiles of another target',
      { profiles: { version_number: testRelease.version, target: 'x86/64', profiles: { small_board: {} } } },
      'INPUT_CORRUPT',
      /says that its target is "x86\/64"/,
    ],
    [
      'a file that is cut short',
      { answers: { [testImageBuilder]: cutShort(Buffer.alloc(200_000)) } },
      'INPUT_UNAVAILABLE',
      /cannot fetch/,
    ],
    [
      'a list without an end',
      { answers: { sha256sums: endless() } },
      'INPUT_CORRUPT',
      /more than \d+ bytes came/,
    ],
    [
      'a redirect to another host',
      { answers: { [testImageBuilder]: redirect(`${other.address}/${testImageBuilder}`) } },
      'INPUT_UNAVAILABLE',
      /redirects elsewhere, which is not followed/,
    ],
    [
      'a redirect to another place of the same host',
      { answers: { sha256sums: redirect(`${server.address}/elsewhere`) } },
      'INPUT_UNAVAILABLE',
      /redirects elsewhere, which is not followed/,
    ],
    ['a release that is not there', { answers: { sha256sums: status(404) } }, 'INPUT_UNAVAILABLE', /has no/],
    [
      'a missing profile',
      {
        profiles: {
          version_number: testRelease.version,
          target: testRelease.target,
          profiles: { small_bord: {} },
        },
      },
      'RECIPE_INVALID',
      /has no profile small_board$/,
    ],
    [
      'an ImageBuilder with a feed of nobody',
      { feeds: 'src/gz more https://example.org/more' },
      'STEP_FAILED',
      /feeds outside of OpenWrt 24\.10\.9/,
    ],
    [
      'an ImageBuilder with a feed of another release',
      { feeds: 'src/gz more https://downloads.openwrt.org/releases/24.10.8/packages/small_cpu/base' },
      'STEP_FAILED',
      /feeds outside of OpenWrt 24\.10\.9/,
    ],
    ['an ImageBuilder that fails', { lie: 'fails' }, 'STEP_FAILED', /cannot install/],
    [
      'a package of another hash',
      { answers: { 'nftables_1-r1.ipk': bytes('another') } },
      'STEP_FAILED',
      /wrong hash of nftables/,
    ],
    [
      'a package that redirects elsewhere',
      { answers: { 'nftables_1-r1.ipk': redirect(`${other.address}/nftables`) } },
      'INPUT_UNAVAILABLE',
      /nftables_1-r1\.ipk redirects elsewhere/,
    ],
  ];
  for (const [what, options, code, message] of lies) {
    test(`refused: ${what}`, async () => {
      const { error } = await attempt(options);
      assert.ok(error, 'is refused');
      assert.is(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.hint);
      assert.equal(other.requests, [], 'nobody else was asked');
    });
  }

  test('what is not as the list says is not kept', async () => {
    const { cache } = await attempt({ answers: { [testImageBuilder]: bytes('another') } });
    const kept = readdirSync(join(cache, 'inputs/sha256'));
    assert.not.ok(kept.includes(sha256('another')));
  });

  test("the fingerprint is OpenWrt's own unless another is named", async () => {
    const { BOARDSMITH_OPENWRT_GPG_FINGERPRINT: _, ...rest } = environment;
    await serveRelease(server, keys);
    const locking = { request, address: server.address, environment: rest, cache: temporaryFolder('inputs') };
    const error = await lockRelease(locking).then(
      () => assert.unreachable(),
      (reason: BoardsmithError) => reason,
    );
    assert.match(error!.message, `by the key ${keys.gpg.fingerprint}, not by ${releaseKeyFingerprint}`);
  });

  test('a key file with other keys too: only the one that is named counts', async () => {
    const both = join(temporaryFolder('keys'), 'both.asc');
    writeFileSync(both, Buffer.concat([strangers.armoured(), keys.gpg.armoured()]));
    const extra = { BOARDSMITH_OPENWRT_GPG_KEY: both };
    assert.is((await attempt({}, extra)).error, undefined);
    const { error } = await attempt({ signGpg: (sums) => strangers.signDetached(sums) }, extra);
    assert.match(error!.message, /OpenPGP signature is by the key/);
  });

  test('keys that are not given, or cannot be read', async () => {
    await serveRelease(server, keys);
    const base = { request, address: server.address, cache: temporaryFolder('inputs') };
    const refusal = async (bare: Record<string, string>): Promise<BoardsmithError> =>
      await lockRelease({ ...base, environment: bare }).then(
        () => assert.unreachable() as never,
        (error: BoardsmithError) => error,
      );
    const none = await refusal({ BOARDSMITH_OPENWRT_MIRROR: `${server.address}/openwrt` });
    assert.is(none.code, 'HOST_UNSUITABLE');
    assert.is(none.problems.length, 2);
    const unreadable = await refusal({ ...environment, BOARDSMITH_OPENWRT_USIGN_KEY: '/nonexistent' });
    assert.is(unreadable.code, 'HOST_UNSUITABLE');
    const odd = await refusal({ ...environment, BOARDSMITH_OPENWRT_MIRROR: 'ftp://mirror' });
    assert.is(odd.code, 'HOST_UNSUITABLE');
  });

  test('what is locked is fetched as it is locked: a mirror that changed it later is refused', async () => {
    const { lock } = await attempt({});
    const inputs = Object.entries(lock!.entries).map(([id, entry]) => ({ id, entry }));
    const cache = temporaryFolder('inputs');
    const store = releaseStore({ request, address: server.address, environment, cache });
    await store.ensure(inputs, { signal: new AbortController().signal });
    // The same release signed again, with the same keys and other packages.
    await serveRelease(server, keys, { lie: 'other', packageVersion: '1-r2' });
    const fresh = releaseStore({
      request,
      address: server.address,
      environment,
      cache: temporaryFolder('inputs'),
    });
    const sums = inputs.filter(({ entry }) => entry.name === 'sha256sums');
    for (const [some, code, message] of [
      [sums, 'INPUT_CORRUPT', /sha256sums is not what is locked/],
      [inputs.filter(({ entry }) => entry.name === testImageBuilder), 'INPUT_CORRUPT', /not what is locked/],
      [
        inputs.filter(({ entry }) => entry.name === 'Packages').slice(0, 1),
        'INPUT_CORRUPT',
        /not what is locked/,
      ],
    ] as const) {
      const error = await fresh.ensure(some, { signal: new AbortController().signal }).then(
        () => assert.unreachable(),
        (reason: BoardsmithError) => reason,
      );
      assert.is(error!.code, code);
      assert.match(error!.message, message);
    }
    assert.not.ok(existsSync(fresh.path(sums[0]!.entry)));
    server.serve(`/openwrt/${testFolder}/sha256sums`, redirect(`${other.address}/sha256sums`));
    const error = await fresh.ensure(sums, { signal: new AbortController().signal }).then(
      () => assert.unreachable(),
      (reason: BoardsmithError) => reason,
    );
    assert.is(error!.code, 'INPUT_UNAVAILABLE');
    assert.match(error!.message, /redirects elsewhere/);
    assert.equal(other.requests, [], 'nobody else was asked');
  });

  test('what is pinned stays, and is asked for anew only when that is said', async () => {
    const { lock, cache } = await attempt({});
    await serveRelease(server, keys, { packageVersion: '1-r2' });
    const asked = server.requests.length;
    const locking = { request, address: server.address, environment, cache, previous: lock! };
    assert.is(await lockRelease(locking), lock);
    assert.is(server.requests.length, asked, 'nothing was asked');
    const renewed = await lockRelease({ ...locking, renew: 'all' });
    const names = Object.values(renewed.entries).map(({ name }) => name);
    assert.ok(names.includes('firewall4_1-r2.ipk') && !names.includes('firewall4_1-r1.ipk'));
  });

  test.after(async () => {
    keys.close();
    strangers.close();
    await server.close();
    await other.close();
  });
}

/** The same signature under a key id of zeros. */
function renamed(signature: string): string {
  const all = Buffer.from(signature.split('\n')[1]!, 'base64');
  return usignText('signed by test', all.fill(0, 2, 10));
}

test.run();

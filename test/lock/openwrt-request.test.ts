import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { formatLock } from '../../builder/lock/format-lock.ts';
import { entryId, type Lock, type OpenwrtEntry, requestId } from '../../builder/lock/lock-format.ts';
import { parseLock } from '../../builder/lock/read-lock.ts';
import { differenceFromKnown, knownReleases } from '../../builder/lock/resolve/openwrt/known-releases.ts';
import {
  openwrtRequest,
  parseOpenwrtRequest,
  type RouterRelease,
} from '../../builder/lock/resolve/openwrt/openwrt-request.ts';

const test = suite('what is asked for of an OpenWrt release');
const release: RouterRelease = {
  version: '25.12.5',
  target: 'armsr/armv8',
  profile: 'generic',
  packages: ['nftables', 'firewall4', '-dropbear', 'firewall4'],
};

test('the order of packages, and one that is named twice, do not count', () => {
  const request = openwrtRequest(release);
  assert.is(requestId(request), 'openwrt:25.12.5:armsr/armv8:generic:-dropbear,firewall4,nftables');
  const other = openwrtRequest({ ...release, packages: ['-dropbear', 'firewall4', 'nftables'] });
  assert.equal(other, request);
});

const bad: readonly (readonly [what: string, change: Partial<RouterRelease>, problem: RegExp])[] = [
  ['a snapshot', { version: 'SNAPSHOT' }, /is no version/],
  ['a version that climbs', { version: '../25.12.5' }, /is no version/],
  ["a release that today's key has not signed", { version: '22.03.7' }, /older than 23\.05\.0/],
  ['a target without its subtarget', { target: 'armsr' }, /is no target/],
  ['a target that climbs', { target: '../armv8' }, /is no target/],
  ['no profile, with which the first is built', { profile: '' }, /is no name of a profile/],
  ['a profile for the shell', { profile: 'generic;reboot' }, /is no name of a profile/],
  ['a package for make', { packages: ['$(shell reboot)'] }, /is no name of a package/],
  ['two packages in one', { packages: ['a b'] }, /is no name of a package/],
  ['a package that is asked for and left out', { packages: ['a', '-a'] }, /both asked for and left out/],
];
for (const [what, change, problem] of bad) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => openwrtRequest({ ...release, ...change }),
      (error: BoardsmithError) => error.code === 'RECIPE_INVALID' && problem.test(error.problems.join('\n')),
    );
  });
}

test('an id is its request again', () => {
  const request = openwrtRequest(release);
  assert.equal(parseOpenwrtRequest(requestId(request)), request);
  const none = openwrtRequest({ ...release, packages: [] });
  assert.equal(parseOpenwrtRequest(requestId(none)), none);
  for (const id of ['debian:arm64:musl', 'openwrt:25.12.5:armsr/armv8:generic', `${requestId(request)}:x`]) {
    assert.is(parseOpenwrtRequest(id), null, id);
  }
});

test('all mistakes at once', () => {
  assert.throws(
    () => openwrtRequest({ version: '1', target: '1', profile: '/', packages: ['/'] }),
    (error: BoardsmithError) => error.problems.length === 4,
  );
});

test('the releases whose hashes are known are held to them, however they are signed', () => {
  const [armsr, sunxi] = knownReleases;
  const real = { sha256sums: armsr!.sha256sums!, imageBuilder: armsr!.imageBuilder };
  assert.is(differenceFromKnown('25.12.5', 'armsr/armv8', real), null);
  const zeros = '0'.repeat(64);
  assert.match(
    differenceFromKnown('25.12.5', 'armsr/armv8', { ...real, sha256sums: zeros })!,
    /the real one has 2ba9c990/,
  );
  assert.match(
    differenceFromKnown('25.12.5', 'armsr/armv8', { ...real, imageBuilder: zeros })!,
    /the real one has 225243a1/,
  );
  const other = { sha256sums: zeros, imageBuilder: sunxi!.imageBuilder };
  assert.is(differenceFromKnown('25.12.5', 'sunxi/cortexa53', other), null);
  assert.is(differenceFromKnown('25.12.4', 'armsr/armv8', other), null);
});

const signedBy = { gpg: 'A'.repeat(40), usign: `RW${'A'.repeat(54)}` };
const entry: OpenwrtEntry = {
  kind: 'openwrt',
  name: 'sha256sums',
  version: '25.12.5',
  path: 'releases/25.12.5/targets/armsr/armv8/sha256sums',
  size: 1,
  sha256: '0'.repeat(64),
  signedBy,
};

function lockOf(changed: OpenwrtEntry): Lock {
  const id = entryId(changed);
  return {
    lockVersion: 1,
    date: '2026-11-26',
    requests: { [requestId(openwrtRequest(release))]: [id] },
    hostRequests: {},
    entries: { [id]: changed },
  };
}

test('a lock with a release', () => {
  assert.equal(parseLock(formatLock(lockOf(entry)), 'boardsmith.lock'), lockOf(entry));
});

const { signedBy: _, ...unsigned } = entry;
const malformed: readonly (readonly [what: string, entry: OpenwrtEntry, problem: RegExp])[] = [
  ['checksums without their signers', unsigned, /"signedBy" is missing/],
  [
    'signers of something else',
    { ...entry, name: 'profiles.json', path: entry.path.replace('sha256sums', 'profiles.json') },
    /belongs to a sha256sums alone/,
  ],
  ['a fingerprint that is none', { ...entry, signedBy: { ...signedBy, gpg: '8A8B' } }, /pattern/],
  ['a usign key that is none', { ...entry, signedBy: { ...signedBy, usign: 'RWAA' } }, /pattern/],
  ['a path that climbs', { ...entry, path: 'releases/../sha256sums' }, /pattern/],
  ['a path outside of releases', { ...entry, path: 'snapshots/25.12.5/sha256sums' }, /pattern/],
  [
    'a path of another version',
    { ...entry, version: '25.12.4' },
    /name and version are not those of its path/,
  ],
];
for (const [what, changed, problem] of malformed) {
  test(`a lock is refused for ${what}`, () => {
    assert.throws(
      () => parseLock(formatLock(lockOf(changed)), 'boardsmith.lock'),
      (error: BoardsmithError) => error.code === 'LOCK_INVALID' && problem.test(error.problems.join('\n')),
    );
  });
}

test.run();

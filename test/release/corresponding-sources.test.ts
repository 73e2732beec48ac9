import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entryId, type Lock, type LockEntry } from '../../builder/lock/lock-format.ts';
import type { SbomPackage } from '../../builder/release/sbom-packages.ts';
import { correspondingSources, sourcePath } from '../../builder/release/sources/corresponding-sources.ts';
import { needsSources } from '../../builder/release/sources/licence-kind.ts';
import { packageUrl } from '../../builder/sbom/package-url.ts';
import { rejectedWith } from '../support/rejection.ts';

const test = suite('corresponding sources');
const pinned = { size: 1, sha256: 'a'.repeat(64) };

const kernel: LockEntry = {
  ...{ ...pinned, kind: 'debian', name: 'linux-image-6.12-arm64', version: '6.12.1-1', suite: 'trixie' },
  ...{ architecture: 'arm64', path: 'pool/main/l/linux/linux-image.deb' },
};
const tarball = (name: string, version: string, file: string): LockEntry => ({
  ...{ ...pinned, kind: 'debian-source', name, version, suite: 'trixie', path: `pool/main/${file}` },
});
const kernelSource = (version: string): LockEntry => ({
  ...{ ...pinned, kind: 'debian', name: 'linux-source-6.12', version, suite: 'trixie', architecture: 'all' },
  path: 'pool/main/l/linux/linux-source-6.12_all.deb',
});
const loader: LockEntry = { ...kernel, name: 'u-boot-sunxi', version: '2025.01-3' } as LockEntry;
const upstream = tarball('u-boot', '2025.01', 'u-boot_2025.01.orig.tar.bz2');
const debian = tarball('u-boot', '2025.01-3', 'u-boot_2025.01-3.debian.tar.xz');
const dnsmasq = tarball('dnsmasq', '2.91', 'dnsmasq_2.91.orig.tar.gz');
const npm = (name: string): LockEntry => ({ ...pinned, kind: 'npm', name, version: '1.0.0', integrity: '' });
const [library, bun] = [npm('@scope/copyleft'), npm('@oven/bun-linux-aarch64-musl')];

function lockOf(sources: readonly LockEntry[]): Lock {
  const requests = new Map<string, string[]>();
  for (const entry of sources.filter(({ kind }) => kind === 'debian-source')) {
    const id = `debian-source:${entry.name}`;
    requests.set(id, [...(requests.get(id) ?? []), entryId(entry)]);
  }
  return {
    lockVersion: 1,
    date: '2026-01-02',
    requests: Object.fromEntries(requests),
    hostRequests: {},
    entries: Object.fromEntries(
      [kernel, loader, library, bun, ...sources].map((entry) => [entryId(entry), entry]),
    ),
  };
}

function packageOf(entry: LockEntry, licence: string | null): SbomPackage {
  const { name, version, sha256 } = entry;
  return { name, version, sha256, licence, purl: packageUrl(entry), partOf: null };
}

const own: SbomPackage = { name: 'cxo', version: '', purl: null, sha256: '', licence: null, partOf: null };

test('a kernel comes with its sources and its configuration, a boot loader with its source package, an npm package is its own source, what is built of sources with all of them', () => {
  const packages = [
    packageOf(kernel, 'GPL-2.0-only'),
    packageOf(kernel, 'GPL-2.0-only'),
    packageOf(loader, 'GPL-2.0-or-later'),
    packageOf(library, 'MPL-2.0'),
    packageOf(dnsmasq, null),
    own,
  ];
  const sources = correspondingSources(
    packages,
    lockOf([upstream, debian, dnsmasq, kernelSource('6.12.1-1')]),
  );
  assert.equal(sources.map(sourcePath), [
    'sources/dnsmasq_2.91.orig.tar.gz',
    'sources/u-boot_2025.01-3.debian.tar.xz',
    'sources/u-boot_2025.01.orig.tar.bz2',
    'sources/linux-source-6.12_all.deb',
    'sources/linux-image.deb',
    'sources/scope-copyleft-1.0.0.tgz',
  ]);
});

test('what is permissive, ours, or a part of another package wants none', () => {
  const part = { ...packageOf(library, 'GPL-3.0-or-later'), partOf: 'node' };
  const packages = [packageOf(library, 'MIT'), packageOf(kernel, 'Apache-2.0 OR GPL-2.0-only'), own, part];
  assert.equal(correspondingSources(packages, lockOf([])), []);
});

test('all that cannot be had is named: not pinned, of another version, or compiled', async () => {
  const packages = [packageOf(kernel, 'GPL-2.0-only'), packageOf(bun, 'MIT AND LGPL-2.0-or-later')];
  for (const lock of [lockOf([]), lockOf([kernelSource('6.12.2-1')])]) {
    const error = await rejectedWith(
      (async () => correspondingSources(packages, lock))(),
      'INPUT_UNAVAILABLE',
      /does not pin the sources/,
    );
    assert.equal(error.problems, [
      '@oven/bun-linux-aarch64-musl 1.0.0 (MIT AND LGPL-2.0-or-later)',
      'linux-image-6.12-arm64 6.12.1-1 (GPL-2.0-only)',
    ]);
  }
});

test('licences: a choice of a permissive one wants no sources; everything unknown does', () => {
  for (const licence of ['MIT', 'MIT AND ISC', 'GPL-2.0-only OR MIT', '(MIT AND Zlib)']) {
    assert.not.ok(needsSources(licence), licence);
  }
  for (const licence of [
    null,
    'GPL-2.0-only',
    'MIT AND LGPL-2.0-or-later',
    'MIT AND GPL-2.0-only OR GPL-3.0-only',
    'GPL-3.0-or-later WITH GCC-exception-3.1',
    'MPL-2.0',
    'LicenseRef-anything',
    '(GPL-2.0-only OR MIT)',
  ]) {
    assert.ok(needsSources(licence), String(licence));
  }
});

test.run();

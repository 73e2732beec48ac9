import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageLicences } from '../../../openwrt/release/package-licences.ts';
import type { ReadableRoot } from '../../../openwrt/release/root-problems.ts';

const test = suite('licences of a release’s packages');

function rootOf(files: Readonly<Record<string, string>>): ReadableRoot {
  return {
    entries: async () =>
      Object.keys(files).map((path) => ({ path, type: 'file', mode: 0o644, uid: 0, gid: 0, target: '' })),
    readFile: async (path) => Buffer.from(files[path]!),
  };
}

test('opkg has a record of each package', async () => {
  const info = '/usr/lib/opkg/info';
  const licences = await packageLicences(
    rootOf({
      [`${info}/firewall4.control`]: 'Package: firewall4\nLicense: ISC\nDescription: License: MIT\n',
      [`${info}/libubox20240329.control`]: 'Package: libubox20240329\nLicense: ISC BSD-3-Clause ISC\n',
      [`${info}/odd.control`]: 'Package: odd\nLicense: as you like\n',
      [`${info}/silent.control`]: 'Package: silent\nDescription: nothing\n License: MIT\n',
      [`${info}/firewall4.list`]: 'License: MIT\n',
    }),
  );
  assert.equal(
    [...licences],
    [
      ['firewall4', 'ISC'],
      ['libubox20240329', 'BSD-3-Clause AND ISC'],
    ],
  );
});

for (const place of ['/lib/apk/db/installed', '/usr/lib/apk/db/installed']) {
  test(`apk has one of all, in ${place}`, async () => {
    const text = 'C:Q1abc=\nP:nftables\nV:1-r1\nL:GPL-2.0-only\nF:usr\n\nC:Q1def=\nP:silent\nV:1-r1\n\n';
    assert.equal([...(await packageLicences(rootOf({ [place]: text })))], [['nftables', 'GPL-2.0-only']]);
  });
}

test.run();

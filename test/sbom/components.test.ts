import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { LockEntry } from '../../builder/lock/lock-format.ts';
import { debianLicence, isSpdxExpression } from '../../builder/sbom/licence-expression.ts';
import { componentOfSource, ownComponents } from '../../builder/sbom/own-components.ts';
import { packageUrl } from '../../builder/sbom/package-url.ts';

const test = suite('components of an SBOM');
const pin = { size: 1, sha256: 'a'.repeat(64) };

const urls: readonly (readonly [LockEntry, string])[] = [
  [
    {
      kind: 'debian',
      name: 'libstdc++6',
      version: '1:14.2+x~1',
      suite: 'trixie-security',
      architecture: 'arm64',
      path: 'p',
      ...pin,
    },
    'pkg:deb/debian/libstdc%2B%2B6@1:14.2+x~1?arch=arm64&distro=trixie',
  ],
  [
    { kind: 'npm', name: '@scope/name', version: '1.2.3-beta', integrity: 'sha512-', ...pin },
    'pkg:npm/%40scope/name@1.2.3-beta',
  ],
  [{ kind: 'npm', name: 'name', version: '1.0.0', integrity: 'sha512-', ...pin }, 'pkg:npm/name@1.0.0'],
  [
    { kind: 'pypi', name: 'Some_Wheel', version: '2', file: 'a-2.whl', platform: 'any', ...pin },
    'pkg:pypi/some-wheel@2?file_name=a-2.whl',
  ],
];
for (const [entry, url] of urls) {
  test(`package URL ${url}`, () => assert.is(packageUrl(entry), url));
}

test("a Debian package's licence is that of its main part, by its name in the SPDX list", () => {
  const copyright = (licence: string): string =>
    `Format: x\n\nFiles: debian/*\nLicense: Apache-2.0\n\nFiles: *\nCopyright: someone\nLicense: ${licence}\n text\n\nLicense: ISC\n`;
  assert.is(debianLicence(copyright('GPL-2')), 'GPL-2.0-only');
  assert.is(debianLicence(copyright('GPL-2+')), 'GPL-2.0-or-later');
  assert.is(debianLicence(copyright('Expat')), 'MIT');
  assert.is(debianLicence(copyright('MIT')), 'MIT');
  assert.is(debianLicence(copyright('permissive-of-my-own')), null);
  assert.is(debianLicence('It is free.'), null);
});

test('only an expression of known licences is taken for one', () => {
  for (const good of ['MIT', '(MIT OR Apache-2.0)', 'GPL-3.0-or-later WITH GCC-exception-3.1'])
    assert.ok(isSpdxExpression(good));
  for (const bad of ['', 'UNLICENSED-ish', 'SEE LICENSE IN x', 'BSD'])
    assert.not.ok(isSpdxExpression(bad), bad);
});

test('sources belong to their recipe or to Boardsmith; the hash follows their content', () => {
  assert.is(componentOfSource('recipe/cxo/daemon.ts'), 'recipe/cxo');
  assert.is(componentOfSource('recipe/cxo'), 'recipe/cxo');
  assert.is(componentOfSource('overlays/init/main.c'), 'boardsmith');
  const own = (sha256: string) =>
    ownComponents(
      [
        { path: 'overlays/init/main.c', sha256: 'x' },
        { path: 'recipe/cxo/daemon.ts', sha256 },
      ],
      { version: '1', licence: 'MIT' },
    );
  const [before, after] = [own('1'), own('2')];
  assert.equal(
    before.map(({ id }) => id),
    ['boardsmith', 'recipe/cxo'],
  );
  assert.is(before[0]!.sha256, after[0]!.sha256);
  assert.is.not(before[1]!.sha256, after[1]!.sha256);
});

test.run();

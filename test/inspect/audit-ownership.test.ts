import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditOwnership, type OwnedThings } from '../../builder/inspect/audit-ownership.ts';
import { Card } from '../../builder/inspect/card.ts';
import type { OwnerRule } from '../../builder/plan/file-owners.ts';
import { writeSmallImage } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('owners of what is in an image');

const owned: OwnerRule[] = [
  { place: 'bootloader', path: '', owners: ['debian:u-boot'] },
  { place: 'firmware', path: '', owners: ['debian:u-boot'] },
  { place: 'boot-a', path: '/boardsmith.json', owners: ['board/small'] },
  { place: 'boot-a', path: '/kernel', owners: ['debian:linux'] },
  { place: 'boot-a', path: '/initramfs', owners: ['debian:linux', 'overlays/init/main.c'] },
  { place: 'boot-a', path: '/extlinux/extlinux.conf', owners: ['board/small'] },
  { place: 'boot-a:/initramfs', path: '/init', owners: ['overlays/init/main.c'] },
  { place: 'boot-a:/initramfs', path: '/link', owners: ['boardsmith'] },
  { place: 'boot-a:/initramfs', path: '/root.verity', owners: ['boardsmith'] },
  { place: 'boot-a:/initramfs', path: '/lib/modules/*', owners: ['debian:linux'] },
  { place: 'root-a', path: '/etc/*', owners: ['overlays/root/etc'] },
  { place: 'root-a', path: '/lib/*', owners: ['debian:musl'] },
  { place: 'root-a', path: '/usr/bin/small', owners: ['recipe/small'] },
  { place: 'root-a', path: '/usr/lib/*', owners: ['pypi:runtime'] },
];
const known = new Set(['boardsmith', ...owned.flatMap(({ owners }) => owners)]);

const card = await Card.open(await writeSmallImage(temporaryFolder('owners'), 'small'));
const things: OwnedThings = { parts: await card.parts(), files: await card.files(), beside: ['firmware'] };
await card.close();

const findings = (rules: readonly OwnerRule[], changed: OwnedThings = things): string[] =>
  auditOwnership(changed, rules, known).map(({ path, rule }) => `${path} ${rule}`);
const without = (place: string, path: string): OwnerRule[] =>
  owned.filter((rule) => rule.place !== place || rule.path !== path);

test('an image whose every file is owned is let through', () => {
  assert.equal(findings(owned), []);
});

/** One for each place where bytes can be. */
const unowned: readonly (readonly [string, string, readonly string[]])[] = [
  ['bootloader', '', ['bootloader unowned']],
  ['firmware', '', ['firmware unowned']],
  ['boot-a', '/kernel', ['boot-a:/kernel unowned']],
  ['boot-a', '/initramfs', ['boot-a:/initramfs unowned']],
  ['boot-a', '/extlinux/extlinux.conf', ['boot-a:/extlinux/extlinux.conf unowned']],
  ['boot-a:/initramfs', '/init', ['boot-a:/initramfs:/init unowned']],
  ['boot-a:/initramfs', '/link', ['boot-a:/initramfs:/link unowned']],
  ['boot-a:/initramfs', '/root.verity', ['boot-a:/initramfs:/root.verity unowned']],
  ['boot-a:/initramfs', '/lib/modules/*', ['boot-a:/initramfs:/lib/modules/squashfs.ko unowned']],
  ['root-a', '/usr/bin/small', ['root-a:/usr/bin/small unowned']],
  ['root-a', '/lib/*', ['root-a:/lib/ld-musl-aarch64.so.1 unowned']],
];
for (const [place, path, expected] of unowned) {
  test(`what nobody owns is named: ${place} ${path}`, () => {
    assert.equal(findings(without(place, path)), expected);
  });
}

test('a partition with bytes that are no file system is named; an empty one and one for data need no owner', () => {
  const parts = (content: 'unknown' | 'empty' | 'ext4'): OwnedThings => ({
    ...things,
    parts: [...things.parts, { name: 'root-b', content }],
  });
  assert.equal(findings(owned, parts('unknown')), ['root-b unowned']);
  assert.equal(findings(owned, parts('empty')), []);
  assert.equal(findings(owned, parts('ext4')), []);
});

test('an owner that took no part in the build is named', () => {
  const rules = [
    ...without('boot-a', '/kernel'),
    { place: 'boot-a', path: '/kernel', owners: ['debian:gone'] },
  ];
  assert.equal(findings(rules), ['boot-a:/kernel unknown-owner']);
});

test('a rule without owners owns nothing', () => {
  const rules = [...without('boot-a', '/kernel'), { place: 'boot-a', path: '/kernel', owners: [] }];
  assert.equal(findings(rules), ['boot-a:/kernel unowned']);
});

test('a rule for a folder does not reach into folders below it', () => {
  const rules = [
    ...without('root-a', '/usr/bin/small'),
    { place: 'root-a', path: '/usr/*', owners: ['boardsmith'] },
  ];
  assert.equal(findings(rules), ['root-a:/usr/bin/small unowned']);
});

test.run();

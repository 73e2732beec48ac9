import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import { closedFiles } from '../../../openwrt/release/closed/closed-files.ts';
import { noServices } from '../../../openwrt/release/closed/management-services.ts';
import { unitFiles, unitSettings } from '../../../openwrt/release/closed/unit-settings.ts';
import { routerOfPolicy } from '../../../openwrt/release/router-of-policy.ts';
import { examplePolicy } from '../../support/example-policies.ts';
import { testPolicy } from '../../support/release-router.ts';

const test = suite("a router's own settings of a unit");
const hash = `$6$salt$${'x'.repeat(86)}`;

test('only what the image asks for', async () => {
  assert.equal(unitSettings({ services: noServices, policy: testPolicy }), []);
  assert.equal(unitSettings({ services: { ...noServices, serialLogin: true }, policy: testPolicy }), [
    'root-password-hash',
  ]);
  const policy = await examplePolicy('skyminer-4');
  const dialled = {
    ...policy,
    uplink: { device: 'pppoe-uplink', ipv4: { kind: 'pppoe', port: 'eth0', user: 'u' }, ipv6: null } as const,
  };
  const router = routerOfPolicy(dialled, []);
  assert.equal(unitSettings(router), ['pppoe-password']);
  const list = closedFiles(router).find(({ path }) => path === '/lib/boardsmith/unit.list')!;
  assert.is(list.content, 'pppoe-password\n');
  for (const { path, content } of closedFiles(router)) {
    assert.not.match(content, /option password/, path);
  }
});

test('files for the card', () => {
  assert.equal(unitFiles(['pppoe-password'], { 'pppoe-password': 'a "b' }), [
    { path: '/boardsmith/pppoe-password', mode: 0o600, content: 'a "b\n' },
  ]);
  assert.equal(unitFiles(['root-password-hash'], { 'root-password-hash': hash }).length, 1);
  assert.equal(unitFiles([], {}), []);
});

for (const [what, wanted, given, problem] of [
  ['missing', ['pppoe-password'], {}, /pppoe-password is not given/],
  ['not wanted', [], { 'pppoe-password': 'x' }, /nothing in this image asks for it/],
  ['empty', ['pppoe-password'], { 'pppoe-password': '' }, /1 to 255 printable letters/],
  ['two lines', ['pppoe-password'], { 'pppoe-password': 'a\nb' }, /1 to 255 printable letters/],
  ['a password for a hash', ['root-password-hash'], { 'root-password-hash': 'secret' }, /a hash that crypt/],
  [
    'an old hash',
    ['root-password-hash'],
    { 'root-password-hash': `$1$salt$${'x'.repeat(22)}` },
    /a hash that crypt/,
  ],
] as const) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => unitFiles(wanted, given),
      (error: BoardsmithError) =>
        error.code === 'USAGE' &&
        problem.test(error.problems.join()) &&
        !error.problems.join().includes('secret'),
    );
  });
}

test.run();

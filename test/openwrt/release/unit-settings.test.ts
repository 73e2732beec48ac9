import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { valuePattern } from '../../../builder/release/value-pattern.ts';
import { closedFiles } from '../../../openwrt/release/closed/closed-files.ts';
import { noServices } from '../../../openwrt/release/closed/management-services.ts';
import { pppoeSecret, unitSecrets } from '../../../openwrt/release/closed/unit-settings.ts';
import { routerOfPolicy } from '../../../openwrt/release/router-of-policy.ts';
import { examplePolicy } from '../../support/example-policies.ts';
import { checkout } from '../../support/places.ts';
import { testPolicy } from '../../support/release-router.ts';

const test = suite("a router's own settings of a unit");
const names = (router: Parameters<typeof unitSecrets>[0]): string[] =>
  unitSecrets(router).map(({ name }) => name);
const dialling = [
  { path: '/etc/config/network', mode: 0o600, content: `\toption pppd_options 'file ${pppoeSecret}'\n` },
];
const hash = `$6$salt$${'x'.repeat(86)}`;

test('only what the image asks for', async () => {
  assert.equal(names({ services: noServices, policy: testPolicy }), []);
  assert.equal(names({ services: { ...noServices, serialLogin: true }, policy: testPolicy }), [
    'ROOT_PASSWORD_HASH',
  ]);
  const policy = await examplePolicy('skyminer-4');
  const dialled = {
    ...policy,
    uplink: { device: 'pppoe-uplink', ipv4: { kind: 'pppoe', port: 'eth0', user: 'u' }, ipv6: null } as const,
  };
  const router = routerOfPolicy(dialled, []);
  assert.equal(names(router), ['PPPOE_PASSWORD']);
  const list = closedFiles(router).find(({ path }) => path === '/lib/boardsmith/unit.list')!;
  assert.is(list.content, 'PPPOE_PASSWORD\n');
  for (const { path, content } of closedFiles(router)) {
    assert.not.match(content, /option password/, path);
  }
});

const values: readonly (readonly [what: string, name: string, value: string, good: boolean])[] = [
  ['a password', 'PPPOE_PASSWORD', 'a "b %c', true],
  ['an empty one', 'PPPOE_PASSWORD', '', false],
  ['two lines', 'PPPOE_PASSWORD', 'a\nb', false],
  ['a letter that is not of ASCII', 'PPPOE_PASSWORD', 'grün', false],
  ['a hash', 'ROOT_PASSWORD_HASH', hash, true],
  ['a password for a hash', 'ROOT_PASSWORD_HASH', 'secret', false],
  ['an old hash', 'ROOT_PASSWORD_HASH', `$1$salt$${'x'.repeat(22)}`, false],
  ['a hash that would be two fields', 'ROOT_PASSWORD_HASH', `${hash}:0`, false],
];
for (const [what, wanted, value, good] of values) {
  test(`a value: ${what}`, () => {
    const services = { ...noServices, web: true };
    const { pattern } = unitSecrets({ services, policy: dialling }).find(({ name }) => name === wanted)!;
    assert.is(valuePattern(pattern).test(value), good);
  });
}

test('the router takes what the list of units may hold, and nothing else', () => {
  const script = readFileSync(join(checkout, 'overlays/openwrt/lib/boardsmith/unit.sh'), 'utf8');
  for (const { name, pattern } of unitSecrets({ services: { ...noServices, web: true }, policy: dialling })) {
    assert.ok(script.includes(`unit_value ${name} '${pattern}'`), name);
  }
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type FirewallConfig,
  type ForwardRule,
  firewallSections,
  type InputRule,
  type Redirect,
  type Zone,
} from '../../../openwrt/uci/model/firewall-sections.ts';
import { printUci } from '../../../openwrt/uci/model/uci-section.ts';
import {
  deviceName,
  hostAddress,
  hostName,
  macAddress,
  networkAddress,
  portText,
  ruleName,
  userName,
  zoneName,
} from '../../../openwrt/uci/model/uci-values.ts';

/** Each trap twice: the type checker refuses it (an expected error that is none fails the check of types), and so do constructors at run time. */
const test = suite('what the model of UCI cannot say');

const zone: Zone = { name: zoneName('a'), device: deviceName('eth1'), masquerade: [] };
const other: Zone = { name: zoneName('b'), device: deviceName('eth2'), masquerade: [] };
const forward: ForwardRule = {
  kind: 'forward',
  name: ruleName('a__b__http'),
  src: zone.name,
  dest: other.name,
  family: 'ipv4',
  srcIp: { of: [hostAddress('10.0.0.2')] },
  srcMac: macAddress('52:54:00:00:00:01'),
  destIp: { of: [hostAddress('10.0.0.6')] },
  match: { proto: 'tcp', destPort: [portText(80)] },
  limit: null,
};
const input: InputRule = {
  kind: 'input',
  name: ruleName('a__router__dns'),
  src: zone.name,
  family: 'ipv4',
  srcIp: { of: [hostAddress('10.0.0.2')] },
  srcMac: macAddress('52:54:00:00:00:01'),
  destIp: null,
  match: { proto: 'udp', destPort: [portText(53)] },
};
const redirect: Redirect = {
  name: ruleName('uplink__b__tcp_80'),
  src: zone.name,
  dest: other.name,
  srcIp: null,
  srcDip: hostAddress('172.20.0.2'),
  proto: 'tcp',
  srcDport: portText(80),
  destIp: hostAddress('10.0.0.6'),
  destPort: portText(80),
  limit: null,
};
const nothing: FirewallConfig = { zones: [zone, other], rules: [], redirects: [], includes: [] };
const printed = (config: Partial<FirewallConfig>) => printUci(firewallSections({ ...nothing, ...config }));

test('what is sound is printed', () => {
  const text = printed({ rules: [forward, input], redirects: [redirect] });
  assert.match(
    text,
    /^config defaults\n\toption input 'DROP'\n\toption output 'DROP'\n\toption forward 'DROP'\n/,
  );
  assert.is(text.match(/option target 'ACCEPT'/g)!.length, 2);
  assert.is(text.match(/option reflection '0'/g)!.length, 1);
  assert.is(text.match(/option auto_helper '0'/g)!.length, 2);
});

test('ports without tcp or udp', () => {
  for (const proto of ['all', 'icmp', 'tcpudp', 'tcp udp', 'any'] as const) {
    assert.throws(() =>
      // @ts-expect-error no other protocol has ports
      printed({ rules: [{ ...forward, match: { proto, destPort: [portText(80)] } }] }),
    );
  }
});

test('tcp without ports, ICMP without a type, an empty list of ports', () => {
  // @ts-expect-error all ports are not meant by leaving them out
  assert.throws(() => printed({ rules: [{ ...forward, match: { proto: 'tcp' } }] }));
  // @ts-expect-error nor all types
  assert.throws(() => printed({ rules: [{ ...forward, match: { proto: 'icmp' } }] }));
  // @ts-expect-error an empty list restricts nothing
  assert.throws(() => printed({ rules: [{ ...forward, match: { proto: 'tcp', destPort: [] } }] }));
  // @ts-expect-error no such type
  assert.throws(() => printed({ rules: [{ ...forward, match: { proto: 'icmp', icmpType: ['redirect'] } }] }));
});

test('an option that a section does not have', () => {
  // @ts-expect-error firewall4 would ignore it and emit the rule without
  assert.throws(() => printed({ rules: [{ ...forward, sourceMac: forward.srcMac }] }), /has no sourceMac/);
  // @ts-expect-error
  assert.throws(() => printed({ zones: [{ ...zone, forward: 'ACCEPT' }, other] }), /has no forward/);
  // @ts-expect-error
  assert.throws(() => printed({ redirects: [{ ...redirect, reflection: '1' }] }), /has no reflection/);
  // @ts-expect-error
  assert.throws(() => printed({ rules: [{ ...input, limit: null }] }), /has no limit/);
});

test('a rule without its source: zone, address, MAC', () => {
  for (const key of ['src', 'srcIp', 'srcMac', 'destIp', 'family', 'match', 'limit'] as const) {
    const { [key]: _left, ...rest } = forward;
    // @ts-expect-error
    assert.throws(() => printed({ rules: [rest] }), new RegExp(`lacks ${key}`));
  }
  // @ts-expect-error from anybody is no source of what is forwarded
  assert.throws(() => printed({ rules: [{ ...forward, srcIp: null }] }));
});

test('a section of another type: forwarding, ipset, nat', () => {
  for (const type of ['forwardings', 'ipsets', 'nats', 'defaults']) {
    assert.throws(() => printed({ [type]: [] }), new RegExp(`has no ${type}`));
  }
  // @ts-expect-error there is no such field
  assert.throws(() => printed({ forwardings: [{ src: zone.name, dest: other.name }] }));
});

test('a target: there is only ACCEPT, whole', () => {
  // @ts-expect-error
  assert.throws(() => printed({ rules: [{ ...forward, target: 'A' }] }), /has no target/);
});

test('a set of addresses', () => {
  // @ts-expect-error
  assert.throws(() => printed({ rules: [{ ...forward, ipset: 'far' }] }), /has no ipset/);
});

test('a redirect without the address that it is for', () => {
  const { srcDip: _address, ...rest } = redirect;
  // @ts-expect-error
  assert.throws(() => printed({ redirects: [rest] }), /lacks srcDip/);
  // @ts-expect-error
  assert.throws(() => printed({ redirects: [{ ...redirect, proto: 'all' }] }));
});

test('a zone by network, or without a device', () => {
  // @ts-expect-error
  assert.throws(() => printed({ zones: [{ ...zone, network: 'a' }, other] }), /has no network/);
  // @ts-expect-error
  assert.throws(() => printed({ zones: [{ name: zone.name, masquerade: [] }, other] }), /lacks device/);
});

test('two zones of one name, and a zone that is not there', () => {
  assert.throws(() => printed({ zones: [zone, zone] }), /two zones/);
  assert.throws(() => printed({ rules: [{ ...forward, dest: zoneName('c') }] }), /no zone c/);
  assert.throws(() => printed({ redirects: [{ ...redirect, dest: zoneName('c') }] }), /no zone c/);
});

test('a text that no constructor has seen', () => {
  // @ts-expect-error
  const name: ForwardRule['name'] = 'any text';
  // @ts-expect-error
  const address: Redirect['srcDip'] = 'wan';
  // @ts-expect-error
  const device: Zone['device'] = 'eth+';
  assert.ok(name && address && device);
});

test('values that are none', () => {
  const wrong: readonly (() => unknown)[] = [
    () => zoneName('a-b'),
    () => zoneName('*'),
    () => zoneName('a'.repeat(49)),
    () => ruleName('a'.repeat(101)),
    () => ruleName(''),
    () => ruleName("it's"),
    () => deviceName('eth+'),
    () => deviceName('enp129s0f0np1.10'),
    () => macAddress('52:54:00:00:00'),
    () => macAddress('!52:54:00:00:00:01'),
    () => hostAddress('lan'),
    () => hostAddress('10.0.0.0/24'),
    () => networkAddress('lan'),
    () => portText(0),
    () => portText(80, 79),
    () => portText(1, 65536),
    () => hostName('A'),
    () => userName("me'"),
    () => printUci([{ type: 'x', name: null, options: [['a', "b'\n\toption c 'd"]] }]),
  ];
  for (const call of wrong) assert.throws(call, undefined, String(call));
});

test('a limit that is none', () => {
  for (const limit of [
    { perSecond: 0, burst: 1 },
    { perSecond: 1.5, burst: 1 },
  ]) {
    assert.throws(() => printed({ rules: [{ ...forward, limit }] }));
  }
});

test.run();

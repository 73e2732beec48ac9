import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  contains,
  endOf,
  formatAddress,
  formatNetwork,
  networkOf,
  outermostNetworks,
  overlaps,
  parseAddress,
  parseNetwork,
} from '../../../builder/recipe/address/ip-network.ts';
import { linkLocalAddress } from '../../../builder/recipe/address/link-local-address.ts';
import { countUpFrom, isGroupMac } from '../../../builder/recipe/address/mac-address.ts';
import {
  commonPorts,
  coversPorts,
  formatPorts,
  joinRanges,
} from '../../../builder/recipe/address/port-range.ts';

const test = suite('addresses, networks and ports');
const network = (text: string) => parseNetwork(text)!;

test('networks and addresses are read and written back in their shortest form', () => {
  for (const text of ['10.0.0.0/8', '0.0.0.0/0', '10.77.0.6/32', 'fd77:5b1c:90ad::/48', '::/0', '::1/128']) {
    assert.is(formatNetwork(network(text)), text);
  }
  assert.is(formatNetwork(network('fd77:0:0:1:0:0:0:2/64')), 'fd77:0:0:1::2/64');
  const one = parseAddress('2001:DB8::0:1')!;
  assert.is(formatAddress(one.family, one.address), '2001:db8::1');
});

test('what is none', () => {
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/24',
    '10.0.0.0/08',
    '::/129',
    '10.0.0.0/8/8',
    '/8',
    'a/8',
    '0x0a.0.0.0/8',
  ]) {
    assert.is(parseNetwork(text), null, text);
  }
  for (const text of ['10.1', '10.0.0.256', 'fe80::1%eth0', '::g', '', '1', '10.0.0.0/8']) {
    assert.is(parseAddress(text), null, text);
  }
});

test('what lies in what', () => {
  assert.ok(contains(network('10.0.0.0/8'), network('10.77.0.0/24')));
  assert.not(contains(network('10.77.0.0/24'), network('10.0.0.0/8')));
  assert.not(contains(network('::/0'), network('10.0.0.0/8')));
  assert.ok(overlaps(network('10.77.0.0/24'), network('10.0.0.0/8')));
  assert.not(overlaps(network('10.0.0.0/25'), network('10.0.0.128/25')));
  assert.is(formatNetwork(networkOf(network('192.168.1.20/24'))), '192.168.1.0/24');
  assert.is(endOf(network('255.255.255.0/24')), 1n << 32n);
  assert.equal(outermostNetworks(['10.1.0.0/16', '10.0.0.0/8', '10.0.0.0/8', '11.0.0.0/8']), [
    '10.0.0.0/8',
    '11.0.0.0/8',
  ]);
});

test('MAC addresses count up, to the last one', () => {
  assert.equal(countUpFrom('52:54:00:00:00:ff', 2), ['52:54:00:00:00:ff', '52:54:00:00:01:00']);
  assert.equal(countUpFrom('ff:ff:ff:ff:ff:ff', 2), ['ff:ff:ff:ff:ff:ff']);
  assert.ok(isGroupMac('01:00:5e:00:00:01'));
  assert.not(isGroupMac('52:54:00:00:00:01'));
});

test('the link-local address of a MAC address, as RFC 4291 has it in appendix A', () => {
  // The example of RFC 2464, section 4.
  assert.is(linkLocalAddress('34:56:78:9a:bc:de'), 'fe80::3656:78ff:fe9a:bcde');
  assert.is(linkLocalAddress('52:54:00:77:01:01'), 'fe80::5054:ff:fe77:101');
});

test('ranges of ports', () => {
  const [a, b] = [
    { first: 80, last: 80 },
    { first: 81, last: 90 },
  ];
  assert.equal(joinRanges([b, a, { first: 100, last: 110 }, { first: 85, last: 95 }]), [
    { first: 80, last: 95 },
    { first: 100, last: 110 },
  ]);
  assert.ok(coversPorts([{ first: 1, last: 100 }], [a, b]));
  assert.not(coversPorts([{ first: 81, last: 100 }], [a, b]));
  assert.equal(commonPorts([{ first: 1, last: 85 }], [b]), [{ first: 81, last: 85 }]);
  assert.is(formatPorts([a, b]), '80, 81-90');
});

test.run();

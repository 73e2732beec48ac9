import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Explanation, explainPacket } from '../../../openwrt/policy/explain/explain-packet.ts';
import { parsePacket } from '../../../openwrt/policy/explain/packet.ts';
import { examplePolicy } from '../../support/example-policies.ts';

const test = suite('why a packet passes');
const home = await examplePolicy('skyminer-4');
const office = await examplePolicy('skyminer-8');

function ask(text: string, policy = home): Explanation {
  const packet = parsePacket(text, policy);
  if (typeof packet === 'string') throw new Error(`${text}: ${packet}`);
  return explainPacket(policy, packet);
}

test('an allowed one: the flow and the line that decide', () => {
  const { verdict, decidedBy } = ask('tcp 10.77.0.2:4000 > 10.77.0.6:6420');
  assert.is(verdict, 'passes');
  assert.is(decidedBy!.id, 'wallet__node__rpc__v4');
  assert.is(decidedBy!.origin.line, 40);
});

test('names of boards, IPv6, ping', () => {
  assert.is(ask('tcp wallet > node:6420').decidedBy!.id, 'wallet__node__rpc__v4');
  assert.is(
    ask('tcp [fd77:5b1c:90ad::2]:1 > [fd77:5b1c:90ad:1::2]:6420').decidedBy!.id,
    'wallet__node__rpc__v6',
  );
  assert.is(ask('icmp node-1 > node-2', office).decidedBy!.id, 'node_1__node_2__echo__v4');
  assert.is(ask('icmp wallet > node').verdict, 'dropped');
});

test('a denied one: why, and what comes nearest', () => {
  const port = ask('tcp wallet > node:6421');
  assert.is(port.verdict, 'dropped');
  assert.is(port.nearest!.id, 'wallet__node__rpc__v4');
  assert.match(ask('tcp node > wallet:8010').because, /may only answer what wallet opens \(rpc/);
  assert.match(ask('tcp wallet-1 > cxo-3:8003', office).because, /no flow lets wallet-1/);
});

test('to the uplink', () => {
  assert.is(ask('tcp node > 93.184.216.34:443').decidedBy!.id, 'node__uplink__seeds__v4');
  assert.is(ask('tcp node > 192.168.1.1:443').verdict, 'dropped', 'a private network is not the internet');
  assert.is(ask('udp wallet > 9.9.9.9:53').verdict, 'dropped');
  assert.is(ask('tcp node-1 > 172.21.0.9:443', office).verdict, 'passes');
  assert.is(ask('tcp node-1 > 172.21.1.9:443', office).verdict, 'dropped');
  assert.match(ask('tcp [fd78:3e9a:41c7:2::2] > [2620:fe::9]:443', office).because, /uplink has no IPv6/);
});

test('to the router', () => {
  assert.match(ask('udp wallet > 10.77.0.1:53').because, /names of the cluster only/);
  assert.not.match(ask('udp node > 10.77.0.5:53').because, /only/);
  assert.match(ask('udp cxo-1 > 10.77.0.9:53').because, /serves cxo-1 no udp 53/);
  assert.match(ask('udp wallet > 10.77.0.5:53').because, /only at its own link’s address, 10\.77\.0\.1/);
  assert.is(ask('udp node > 10.77.0.5:123').verdict, 'passes');
  assert.is(ask('udp cxo-1 > 10.77.0.9:67').verdict, 'passes');
  assert.is(ask('tcp wallet > 10.77.0.1:22').verdict, 'dropped');
});

test('from the uplink', () => {
  assert.is(ask('tcp 172.20.0.17 > 172.20.0.2:8011', office).decidedBy!.id, 'uplink__wallet_1__tcp_8011');
  const other = ask('tcp 172.20.0.19 > 172.20.0.2:8011', office);
  assert.is(other.verdict, 'dropped');
  assert.is(other.nearest!.id, 'uplink__wallet_1__tcp_8011');
  assert.match(ask('tcp 93.184.216.34 > 10.78.0.2:8010', office).because, /only forwarded ports/);
});

test('addresses that nobody has', () => {
  assert.match(ask('tcp 10.77.0.3 > 10.77.0.6:6420').because, /no board’s: it is dropped as spoofed/);
  assert.match(ask('tcp 127.0.0.1 > 10.77.0.6:6420').because, /martian/);
  assert.match(ask('tcp wallet > wallet:8010').because, /one board/);
  assert.match(ask('tcp 10.77.0.1 > 10.77.0.6:6420').because, /router itself/);
});

test('the router by its name, also where only the uplink knows its address', () => {
  assert.is(ask('tcp 192.168.1.7 > router:8010').decidedBy!.id, 'uplink__wallet__tcp_8010');
  assert.is(ask('tcp 93.184.216.34 > router:6000').decidedBy!.id, 'uplink__node__tcp_6000');
  assert.is(ask('tcp 93.184.216.34 > router:8010').verdict, 'dropped');
  assert.is(ask('tcp 172.20.0.17 > router:8011', office).decidedBy!.id, 'uplink__wallet_1__tcp_8011');
  assert.match(ask('udp node > router:53').because, /needs DNS/);
  assert.match(ask('udp cxo-1 > router:53').because, /serves cxo-1 no udp 53/);
  assert.is(ask('udp [fd77:5b1c:90ad:1::2] > router:123').verdict, 'passes');
  assert.is(ask('tcp [2620:fe::9] > router:6000').verdict, 'dropped', 'only IPv4 is forwarded');
});

test('what is no packet, and why', () => {
  for (const [text, why] of [
    ['', /form PROTOCOL SOURCE > DESTINATION/],
    ['tcp wallet node:1', /form/],
    ['tcp wallet > node', /no port, as in node:443/],
    ['icmp wallet > node:1', /icmp has no ports/],
    ['tcp wallet > nobody:1', /nobody is neither an address nor a board \(cxo-1, cxo-2, node, …\)/],
    ['tcp router > node:1', /router is neither/],
    ['tcp wallet > node:0', /0 is no port/],
    ['tcp wallet > node:65536', /65536 is no port/],
    ['sctp wallet > node:1', /sctp, not tcp, udp or icmp/],
    ['tcp wallet > [fd77:5b1c:90ad:1::2]:6420', /IPv4 address and the other one an IPv6/],
  ] as const) {
    const said = parsePacket(text, home);
    assert.type(said, 'string', text);
    assert.match(said as string, why);
  }
});

test.run();

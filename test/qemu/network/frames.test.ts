import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  addressBytes,
  addressText,
  linkLocalAddress,
  macBytes,
  macText,
} from '../../../qemu/network/address-bytes.ts';
import { arpReply, arpRequest, decodeArp } from '../../../qemu/network/arp.ts';
import { internetChecksum, pseudoHeader } from '../../../qemu/network/checksum.ts';
import { decodeDhcp, dhcpKind, dhcpOption, encodeDhcp, kindOf } from '../../../qemu/network/dhcp.ts';
import { decodeDns, encodeDns } from '../../../qemu/network/dns.ts';
import {
  addTag,
  decodeEthernet,
  encodeEthernet,
  etherType,
  removeTag,
} from '../../../qemu/network/ethernet.ts';
import { FrameSplitter, wrapFrame } from '../../../qemu/network/frame-stream.ts';
import { decodeIcmp, echoBody, encodeIcmp } from '../../../qemu/network/icmp.ts';
import { decodeIp, encodeIp, protocol } from '../../../qemu/network/ip.ts';
import {
  multicastMac,
  neighbourSolicitation,
  solicitedTarget,
} from '../../../qemu/network/neighbour-discovery.ts';
import { ntpAnswer, ntpQuestion, ntpTime } from '../../../qemu/network/ntp.ts';
import { pcapHeader, pcapRecord } from '../../../qemu/network/pcap.ts';
import { decodeTcp, encodeTcp } from '../../../qemu/network/tcp.ts';
import { decodeUdp, encodeUdp } from '../../../qemu/network/udp.ts';

const test = suite('frames');

test('addresses are read and written', () => {
  assert.is(macText(macBytes('52:54:00:0a:0b:0c')), '52:54:00:0a:0b:0c');
  assert.is(addressText(addressBytes('10.0.0.255')), '10.0.0.255');
  assert.is(addressText(addressBytes('fd00::1')), 'fd00::1');
  assert.throws(() => addressBytes('10.1'), RangeError);
});

test("a link-local address is made of the MAC as in RFC 4291's appendix A", () => {
  assert.is(linkLocalAddress('34:56:78:9a:bc:de'), 'fe80::3656:78ff:fe9a:bcde');
});

test('the checksum of the example in RFC 1071, and of a whole packet: zero', () => {
  assert.is(internetChecksum(Buffer.from('0001f203f4f5f6f7', 'hex')), 0xffff - 0xddf2);
  const packet = encodeIp({
    source: '10.0.0.1',
    destination: '10.0.0.2',
    protocol: 6,
    payload: Buffer.from('x'),
  });
  assert.is(internetChecksum(packet.subarray(0, 20)), 0);
  for (const [source, destination] of [
    ['10.0.0.1', '10.0.0.2'],
    ['fd00::1', 'fd00::2'],
  ] as const) {
    const datagram = encodeUdp(
      { sourcePort: 1, destinationPort: 2, payload: Buffer.from('odd') },
      source,
      destination,
    );
    assert.is(
      internetChecksum(pseudoHeader(source, destination, protocol.udp, datagram.length), datagram),
      0,
    );
  }
});

test('an IPv4 header as Wikipedia computes it', () => {
  const packet = encodeIp({
    source: '192.168.0.1',
    destination: '192.168.0.199',
    protocol: protocol.udp,
    payload: Buffer.alloc(95),
  });
  assert.is(
    packet.subarray(0, 20).toString('hex'),
    '450000730000400040 11b861c0a80001c0a800c7'.replace(' ', ''),
  );
});

test('packets come back as they were: IPv4, IPv6, fragments, options', () => {
  const payload = Buffer.from('payload');
  for (const packet of [
    { source: '10.0.0.1', destination: '10.0.0.2', protocol: 17, hopLimit: 3, payload },
    { source: 'fd00::1', destination: 'ff02::1', protocol: 58, hopLimit: 255, payload },
    {
      ...{ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17, hopLimit: 64, payload },
      fragment: { id: 7, offset: 8, more: true },
    },
    {
      ...{ source: '10.0.0.1', destination: '10.0.0.2', protocol: 17, hopLimit: 64, payload },
      options: Buffer.from('01010100', 'hex'),
    },
  ]) {
    // A frame may be longer than its packet.
    assert.equal(decodeIp(Buffer.concat([encodeIp(packet), Buffer.alloc(9)])), packet);
  }
});

test('what is cut short is nothing', () => {
  const whole = encodeIp({
    source: '10.0.0.1',
    destination: '10.0.0.2',
    protocol: 17,
    payload: Buffer.alloc(30),
  });
  assert.is(decodeIp(whole.subarray(0, 40)), null);
  assert.is(decodeIp(Buffer.alloc(3)), null);
  assert.is(decodeEthernet(Buffer.alloc(13)), null);
  assert.is(decodeTcp(Buffer.alloc(19)), null);
  assert.is(decodeUdp(Buffer.alloc(7)), null);
  assert.is(decodeIcmp(Buffer.alloc(3)), null);
  assert.is(decodeArp(Buffer.alloc(27)), null);
  assert.is(decodeDhcp(Buffer.alloc(300)), null);
  assert.is(decodeDns(Buffer.alloc(11)), null);
});

test('TCP, UDP and ICMP come back as they were', () => {
  const payload = Buffer.from('payload');
  const segment = {
    sourcePort: 1,
    destinationPort: 2,
    sequence: 0xffffffff,
    acknowledgement: 5,
    flags: 0x12,
    payload,
  };
  assert.equal(decodeTcp(encodeTcp(segment, '10.0.0.1', '10.0.0.2')), segment);
  const datagram = { sourcePort: 1, destinationPort: 2, payload };
  assert.equal(decodeUdp(encodeUdp(datagram, 'fd00::1', 'fd00::2')), datagram);
  const message = { type: 8, code: 0, body: echoBody(1, 2, payload) };
  assert.equal(decodeIcmp(encodeIcmp(message, '10.0.0.1', '10.0.0.2')), message);
});

test('a frame is padded, and a tag comes off as it was put on', () => {
  const frame = encodeEthernet({
    ...{ destination: 'ff:ff:ff:ff:ff:ff', source: '02:00:00:00:00:01' },
    ...{ type: etherType.arp, payload: Buffer.from('x') },
  });
  assert.is(frame.length, 60);
  assert.equal(removeTag(addTag(frame, 4094)), { id: 4094, frame });
  assert.is(removeTag(frame), null);
});

test('ARP asks and answers', () => {
  const asked = decodeArp(
    decodeEthernet(arpRequest({ mac: '02:00:00:00:00:01', address: '10.0.0.1' }, '10.0.0.2'))!.payload,
  )!;
  assert.is(asked.operation, 'request');
  const reply = decodeEthernet(arpReply({ mac: '02:00:00:00:00:02', address: '10.0.0.2' }, asked))!;
  assert.is(reply.destination, '02:00:00:00:00:01');
  assert.equal(decodeArp(reply.payload), {
    operation: 'reply',
    senderMac: '02:00:00:00:00:02',
    senderAddress: '10.0.0.2',
    targetMac: '02:00:00:00:00:01',
    targetAddress: '10.0.0.1',
  });
});

test('a neighbour is looked for in the group of its address', () => {
  const frame = decodeEthernet(
    neighbourSolicitation({ mac: '02:00:00:00:00:01', address: 'fd00::1' }, 'fd00::12:3456'),
  )!;
  assert.is(frame.destination, '33:33:ff:12:34:56');
  assert.is(multicastMac('ff02::1'), '33:33:00:00:00:01');
  const packet = decodeIp(frame.payload)!;
  assert.is(packet.hopLimit, 255);
  assert.is(solicitedTarget(packet), 'fd00::12:3456');
});

test('DHCP, DNS and NTP come back as they were', () => {
  const message = {
    ...{ fromClient: true, transaction: 0xdeadbeef, clientMac: '02:00:00:00:00:01', yourAddress: '0.0.0.0' },
    options: new Map([[dhcpOption.kind, Buffer.from([dhcpKind.discover])]]),
  };
  const decoded = decodeDhcp(encodeDhcp(message))!;
  assert.equal(decoded, message);
  assert.is(kindOf(decoded), dhcpKind.discover);
  const answer = {
    ...{ id: 7, isAnswer: true, code: 0, name: 'a.bc', type: 1 },
    addresses: ['1.2.3.4', 'fd00::1'],
  };
  assert.equal(decodeDns(encodeDns(answer)), answer);
  assert.is(ntpTime(ntpAnswer(ntpQuestion(), 1_800_000_000)!), 1_800_000_000);
  assert.is(ntpAnswer(Buffer.alloc(48), 0), null);
});

test("QEMU's stream is cut into frames wherever its pieces end", () => {
  const frames = [Buffer.from('one'), Buffer.alloc(0), Buffer.from('three')];
  const stream = Buffer.concat(frames.map(wrapFrame));
  for (const size of [1, 2, 5, stream.length]) {
    const splitter = new FrameSplitter();
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      found.push(...splitter.push(stream.subarray(at, at + size)).map(String));
    }
    assert.equal(found, ['one', '', 'three']);
  }
  assert.throws(() => new FrameSplitter().push(Buffer.alloc(4, 0xff)), RangeError);
});

test('a capture is what libpcap reads: microseconds, Ethernet', () => {
  const bytes = Buffer.concat([pcapHeader(), pcapRecord(1234.5, Buffer.from('frame'))]);
  assert.is(
    bytes.toString('hex'),
    'd4c3b2a1020004000000000000000000ffff000001000000' + '010000000494030005000000050000006672616d65',
  );
});

test.run();

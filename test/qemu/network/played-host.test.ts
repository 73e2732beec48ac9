import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressBytes } from '../../../qemu/network/address-bytes.ts';
import { dhcpKind, dhcpOption, encodeDhcp } from '../../../qemu/network/dhcp.ts';
import { decodeDns, encodeDns } from '../../../qemu/network/dns.ts';
import { decodeEthernet, encodeEthernet, etherType } from '../../../qemu/network/ethernet.ts';
import { decodeIcmp, encodeIcmp, icmpv6Type } from '../../../qemu/network/icmp.ts';
import { decodeIp, encodeIp, protocol } from '../../../qemu/network/ip.ts';
import { neighbourSolicitation } from '../../../qemu/network/neighbour-discovery.ts';
import { ntpQuestion, ntpTime } from '../../../qemu/network/ntp.ts';
import { Outside, outsideBanner } from '../../../qemu/network/outside.ts';
import { PlayedHost } from '../../../qemu/network/played-host.ts';
import { soon } from '../fake-machine.ts';

const test = suite('played hosts');

interface Pair {
  readonly a: PlayedHost;
  readonly b: PlayedHost;
  /** Frames of `a` that are lost, by their number. */
  readonly lost: Set<number>;
}

/** Two hosts on one cable. */
function pair(): Pair {
  const lost = new Set<number>();
  let sent = 0;
  const host = (number: number, other: () => PlayedHost): PlayedHost =>
    new PlayedHost({
      mac: `02:00:00:00:00:0${number}`,
      owns: (address) => address === `10.0.0.${number}`,
      announces: (address) => address === `10.0.0.${number}`,
      macOf: () => other().mac,
      transmit: (frame) => {
        const isLost = number === 1 && lost.has(sent++);
        if (!isLost) setImmediate(() => other().receive(frame));
      },
    });
  const things: { a?: PlayedHost; b?: PlayedHost } = {};
  things.a = host(1, () => things.b!);
  things.b = host(2, () => things.a!);
  return { a: things.a, b: things.b, lost };
}

const [client, server] = [
  { address: '10.0.0.1', port: 61_000 },
  { address: '10.0.0.2', port: 80 },
];
const never = new AbortController().signal;

function echoServer(host: PlayedHost): void {
  host.accepts = (local) =>
    local.port !== 80
      ? null
      : (connection) => {
          connection.onProgress = () => {
            connection.write(Buffer.concat(connection.received.splice(0)));
            connection.close();
          };
        };
}

test('a request over TCP is answered', async () => {
  const { a, b } = pair();
  echoServer(b);
  const outcome = await soon(a.askTcp(client, server, Buffer.from('hello'), never));
  assert.equal(outcome, { kind: 'answer', data: Buffer.from('hello') });
});

test('a port where nobody listens refuses', async () => {
  const { a, b } = pair();
  echoServer(b);
  assert.equal(await soon(a.askTcp(client, { ...server, port: 81 }, null, never)), { kind: 'refused' });
});

test('what is lost is sent again', async () => {
  const { a, b, lost } = pair();
  echoServer(b);
  // The SYN, and the request.
  lost.add(0).add(2);
  const outcome = await soon(a.askTcp(client, server, Buffer.from('hello'), never));
  assert.equal(outcome, { kind: 'answer', data: Buffer.from('hello') });
});

test('a connection that nobody answers is silence as soon as the wait is given up', async () => {
  const { a, lost } = pair();
  lost.add(0);
  const wait = new AbortController();
  const outcome = a.askTcp(client, server, null, wait.signal);
  wait.abort();
  assert.equal(await soon(outcome), { kind: 'silence' });
});

const outsideNetwork = {
  network: '192.168.1.0/24',
  router: '192.168.1.77',
  gateway: '192.168.1.1',
  ipv6: null,
};

/** The outside with a router that is played too. */
function outsideWithRouter(): { readonly outside: Outside; readonly router: PlayedHost } {
  const outside = new Outside(outsideNetwork, '02:00:00:00:00:09', () => 1_800_000_000);
  const router = new PlayedHost({
    mac: '02:00:00:00:00:09',
    owns: (address) => address === '192.168.1.77',
    announces: (address) => address === '192.168.1.77',
    macOf: () => outside.mac,
    transmit: (frame) => setImmediate(() => outside.port.send(frame)),
  });
  outside.port.receive((frame) => setImmediate(() => router.receive(frame)));
  return { outside, router };
}

test('the outside gives the router its address', async () => {
  const { router } = outsideWithRouter();
  const discover = encodeDhcp({
    ...{ fromClient: true, transaction: 5, clientMac: router.mac, yourAddress: '0.0.0.0' },
    options: new Map([[dhcpOption.kind, Buffer.from([dhcpKind.discover])]]),
  });
  const answer = await soon(
    router.askUdp(
      {
        source: '0.0.0.0',
        sourcePort: 68,
        destination: '255.255.255.255',
        destinationPort: 67,
        payload: discover,
      },
      never,
    ),
  );
  assert.is(answer?.source, '192.168.1.1');
  assert.ok(answer?.payload.includes(Buffer.from([192, 168, 1, 77])));
});

test('it answers for every address: TCP, datagrams, names, the time', async () => {
  const { outside, router } = outsideWithRouter();
  const local = { address: '192.168.1.77', port: 61_000 };
  const told = await soon(router.askTcp(local, { address: '9.9.9.9', port: 443 }, Buffer.alloc(0), never));
  assert.equal(told, { kind: 'answer', data: Buffer.from(outsideBanner) });
  assert.equal(outside.connections, ['tcp 9.9.9.9:443']);
  const from = { source: '192.168.1.77', sourcePort: 61_001 };
  const ask = async (destination: string, destinationPort: number, payload: Buffer) =>
    (await soon(router.askUdp({ ...from, destination, destinationPort, payload }, never)))!.payload;
  assert.is(String(await ask('1.2.3.4', 6001, Buffer.from('echo'))), 'echo');
  const question = { id: 1, isAnswer: false, code: 0, name: 'example.org', type: 1, addresses: [] };
  assert.equal(decodeDns(await ask('192.168.1.1', 53, encodeDns(question)))!.addresses, ['9.9.9.9']);
  assert.equal(outside.namesAsked, ['example.org']);
  assert.is(ntpTime(await ask('5.6.7.8', 123, ntpQuestion())), 1_800_000_000);
});

test('a router that asks for one is told a prefix, where there is IPv6 out there', () => {
  for (const ipv6 of [null, { advertised: '2a10:50c0:77::', gateway: null }]) {
    const outside = new Outside({ ...outsideNetwork, ipv6 }, '02:00:00:00:00:09', () => 0);
    const sent: Buffer[] = [];
    outside.port.receive((frame) => sent.push(frame));
    const [source, destination] = ['fe80::b0:dff:fe00:9', 'ff02::2'];
    const message = { type: icmpv6Type.routerSolicitation, code: 0, body: Buffer.alloc(4) };
    const payload = encodeIcmp(message, source, destination);
    outside.port.send(
      encodeEthernet({
        ...{ destination: '33:33:00:00:00:02', source: '02:00:00:00:00:09', type: etherType.ipv6 },
        payload: encodeIp({ source, destination, protocol: protocol.icmpv6, hopLimit: 255, payload }),
      }),
    );
    assert.is(sent.length, ipv6 === null ? 0 : 1);
    if (ipv6 !== null) assert.ok(sent[0]!.includes(addressBytes('2a10:50c0:77::')));
  }
});

test('the gateway says that it is a router whenever it tells its MAC: else it is no way out any more (RFC 4861, 7.2.5)', () => {
  const ipv6 = { advertised: '2a10:50c0:77::', gateway: null };
  const outside = new Outside({ ...outsideNetwork, ipv6 }, '02:00:00:00:00:09', () => 0);
  const sent: Buffer[] = [];
  outside.port.receive((frame) => sent.push(frame));
  const asking = { mac: '02:00:00:00:00:09', address: 'fe80::b0:dff:fe00:9' };
  outside.port.send(neighbourSolicitation(asking, outside.linkLocal));
  const message = decodeIcmp(decodeIp(decodeEthernet(sent[0]!)!.payload)!.payload)!;
  assert.is(message.type, icmpv6Type.neighbourAdvertisement);
  assert.is(message.body[0]! & 0x80, 0x80);
});

test.run();

import { addressText, macText } from './addresses.ts';
import {
  deviceName,
  deviceNumber,
  etherTypes,
  noEthernetHeader,
  noFragmentHeader,
  type Packet,
  paths,
  states,
} from './packet-fields.ts';

const names: ReadonlyMap<bigint, string> = new Map([
  [1n, 'icmp'],
  [6n, 'tcp'],
  [17n, 'udp'],
  [58n, 'icmpv6'],
]);

const stateWords: ReadonlyMap<bigint, string> = new Map([
  [states.new, 'new connection'],
  [states.established, 'established'],
  [states.related, 'related'],
  [states.invalid, 'invalid'],
  [states.untracked, 'untracked'],
]);

/** The values that a counterexample has where nothing depends on them. */
export const usualPacket: Packet = {
  path: paths.forward,
  protocol: etherTypes.ipv4,
  fragment: 0x4000n,
  truncated: 0n,
  state: states.new,
  direction: 0n,
  statusDnat: 0n,
  statusSnat: 0n,
  statusConfirmed: 0n,
  iif: deviceNumber('other0'),
  sourceMac: 0x0200_0000_0099n,
  source: 2n ** 128n + 0x08080808n,
  oif: deviceNumber('other1'),
  destination: 2n ** 128n + 0x08080404n,
  translatedDestination: 2n ** 128n + 0x08080404n,
  nextHeader: 6n,
  transport: 6n,
  destinationPort: 4000n,
  translatedDestinationPort: 4000n,
  sourcePort: 40000n,
  tcpFlags: 2n,
  headerLength: 5n,
  hopLimit: 64n,
  packetType: 0n,
  destinationMac: 0x0200_0000_0001n,
  destinationType: 1n,
  translatedDestinationType: 1n,
  translatedSource: 2n ** 128n + 0x08080808n,
  connectionSource: 2n ** 128n + 0x08080808n,
  connectionDestination: 2n ** 128n + 0x08080404n,
  connectionDestinationPort: 4000n,
  connectionAnswerer: 2n ** 128n + 0x08080404n,
  connectionAnswererPort: 4000n,
  connectionTransport: 6n,
  neighbourTarget: 0xfe80n << 112n,
  arpHardware: 1n,
  arpProtocol: etherTypes.ipv4,
  arpHardwareLength: 6n,
  arpProtocolLength: 4n,
  arpOperation: 1n,
  arpSenderMac: 0x0200_0000_0099n,
  arpTargetMac: 0n,
};

/** One line: `tcp 10.0.3.2:40000 (02:…) eth3 > eth1 10.0.1.2:22, new connection`. */
export function describePacket(packet: Packet): string {
  return [`${header(packet)}`, ...circumstances(packet)].join(', ');
}

function header(packet: Packet): string {
  const mac = packet.sourceMac < noEthernetHeader ? ` (${macText(packet.sourceMac)})` : '';
  const into = packet.iif === 0n ? 'router' : deviceName(packet.iif);
  const out = packet.oif === 0n ? 'router' : deviceName(packet.oif);
  if (packet.protocol === etherTypes.arp) {
    return `ARP operation ${packet.arpOperation}: ${addressText(packet.source)} at ${macText(packet.arpSenderMac)}${mac} ${into} > ${out} ${addressText(packet.destination)}`;
  }
  if (packet.protocol !== etherTypes.ipv4 && packet.protocol !== etherTypes.ipv6)
    return `EtherType ${packet.protocol}${mac} ${into} > ${out}`;
  const hasPorts = packet.transport === 6n || packet.transport === 17n;
  const isIcmp = packet.transport === 1n || packet.transport === 58n;
  const end = (address: bigint, port: bigint): string => {
    const text = addressText(address);
    if (!hasPorts) return text;
    return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
  };
  const kind = isIcmp ? ` type ${packet.sourcePort >> 8n} code ${packet.sourcePort & 255n}` : '';
  const name = names.get(packet.transport) ?? `protocol ${packet.transport}`;
  return `${name}${kind} ${end(packet.source, packet.sourcePort)}${mac} ${into} > ${out} ${end(packet.destination, packet.destinationPort)}`;
}

/** What is out of the ordinary about it, and its connection. */
function circumstances(packet: Packet): string[] {
  if (packet.protocol === etherTypes.arp) return [];
  const words: string[] = [];
  const isIpv6 = packet.protocol === etherTypes.ipv6;
  const isFragment = isIpv6 ? packet.fragment !== noFragmentHeader : (packet.fragment & 0x3fffn) !== 0n;
  if (isFragment) words.push('a fragment');
  if (packet.truncated === 1n) words.push('cut off in its transport header');
  if (isIpv6 && packet.nextHeader !== packet.transport) words.push(`first next header ${packet.nextHeader}`);
  if (!isIpv6 && packet.headerLength !== 5n) words.push(`header of ${packet.headerLength * 4n} bytes`);
  if (packet.hopLimit !== 64n) words.push(`hop limit ${packet.hopLimit}`);
  if (packet.packetType !== 0n && packet.path !== paths.output)
    words.push(
      ['', 'broadcast', 'multicast', 'for another host'][Number(packet.packetType)] ??
        `packet type ${packet.packetType}`,
    );
  if (packet.transport === 6n && packet.state === states.new && packet.tcpFlags !== 2n)
    words.push(`TCP flags ${packet.tcpFlags}`);
  words.push(stateWords.get(packet.state) ?? `state ${packet.state}`);
  if (packet.state === states.established || packet.state === states.related) {
    words.push(packet.direction === 0n ? 'original direction' : 'reply direction');
  }
  if (packet.statusDnat === 1n)
    words.push(
      `destination translated${packet.direction === 0n ? ` to ${addressText(packet.translatedDestination)} port ${packet.translatedDestinationPort}` : ''}`,
    );
  if (packet.statusSnat === 1n)
    words.push(
      `source translated${packet.direction === 1n ? `, back to ${addressText(packet.translatedDestination)}` : ''}`,
    );
  if (packet.state === states.related) {
    if (packet.statusConfirmed === 0n) words.push('whose connection never passed');
    words.push(
      `about a connection of protocol ${packet.connectionTransport} from ${addressText(packet.connectionSource)} that ${addressText(packet.connectionAnswerer)} port ${packet.connectionAnswererPort} answers`,
    );
  }
  return words;
}

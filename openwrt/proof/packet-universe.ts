import { between, outside, point } from './interval.ts';
import type { PacketClass } from './packet-class.ts';
import { wholeField } from './packet-class.ts';
import {
  deviceNumber,
  etherTypes,
  ipv4Base,
  ipv6ExtensionHeaders,
  noEthernetHeader,
  noFragmentHeader,
  noTransport,
  type PacketField,
  paths,
  states,
} from './packet-fields.ts';

const noDevice = [point(0)];
const someDevice = outside(wholeField('iif'), noDevice);
const ipv6Addresses = [between(0n, ipv4Base - 1n)];
const ipv4Addresses = [between(ipv4Base, ipv4Base + 2n ** 32n - 1n)];
const addressFields: readonly PacketField[] = [
  'source',
  'destination',
  'translatedDestination',
  'translatedSource',
  'connectionSource',
  'connectionDestination',
  'connectionAnswerer',
];
const addresses = (of: typeof ipv4Addresses): PacketClass =>
  Object.fromEntries(addressFields.map((field) => [field, of]));

/**
 * The packets that there can be: those in one class of every list. What is left out is what no kernel can bring about; where that is open, a packet is in.
 * Frames that are neither IPv4, IPv6 nor ARP are out: a router has no handler for them, and no rule of these tables sees them.
 */
export const packetUniverse: readonly (readonly PacketClass[])[] = [
  [
    { path: [point(paths.input)], iif: someDevice, oif: noDevice },
    { path: [point(paths.forward)], iif: someDevice, oif: someDevice },
    { path: [point(paths.output)], iif: noDevice, oif: someDevice, sourceMac: [point(noEthernetHeader)] },
  ],
  [
    {
      protocol: [point(etherTypes.ipv4)],
      fragment: [between(0, 65535)],
      transport: [between(0, 255)],
      ...addresses(ipv4Addresses),
    },
    {
      protocol: [point(etherTypes.ipv6)],
      fragment: [between(0n, noFragmentHeader)],
      transport: [between(0n, noTransport)],
      ...addresses(ipv6Addresses),
    },
    {
      path: [point(paths.input), point(paths.output)],
      protocol: [point(etherTypes.arp)],
      ...addresses(ipv4Addresses),
    },
  ],
  [
    // The first packet of a connection: nothing is translated before the rules say so. Conntrack calls new only what goes in the original direction.
    {
      state: [point(states.new)],
      direction: [point(0)],
      statusDnat: [point(0)],
      statusSnat: [point(0)],
      statusConfirmed: [point(0)],
    },
    // One more packet before an answer: the connection is in the table, translated as the rules were that its first packet met, which may have been others.
    { state: [point(states.new)], direction: [point(0)], statusConfirmed: [point(1)] },
    // Found in conntrack's table.
    { state: [point(states.established)], statusConfirmed: [point(1)] },
    // The kernel's own error is given the connection of the packet that it is about, which may be in no table yet (nf_ct_attach).
    { state: [point(states.related)] },
    // No connection, so no direction and no translation.
    {
      state: [point(states.invalid), point(states.untracked)],
      direction: [point(0)],
      statusDnat: [point(0)],
      statusSnat: [point(0)],
      statusConfirmed: [point(0)],
    },
  ],
  [
    { protocol: [point(etherTypes.ipv4), point(etherTypes.arp)] },
    { nextHeader: ipv6ExtensionHeaders.map(point) },
    // Without an extension header the first header names the transport, and there is no fragment header.
    ...outside(wholeField('nextHeader'), ipv6ExtensionHeaders.map(point))
      .flatMap(({ first, last }) =>
        Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index)),
      )
      .map((header) => ({
        nextHeader: [point(header)],
        transport: [point(header)],
        fragment: [point(noFragmentHeader)],
      })),
  ],
  [{ sourceMac: [between(0n, noEthernetHeader)] }],
  // The router itself makes ICMP over IPv4 and ICMPv6 over IPv6 alone: that is its kernel's part, and no daemon of it may make raw packets.
  [
    { path: [point(paths.input), point(paths.forward)] },
    { protocol: [point(etherTypes.arp)] },
    { protocol: [point(etherTypes.ipv4)], transport: outside(wholeField('transport'), [point(58)]) },
    { protocol: [point(etherTypes.ipv6)], transport: outside(wholeField('transport'), [point(1)]) },
  ],
  // The loopback device has no Ethernet header that counts (its type is not ARPHRD_ETHER, which nft tests for).
  [
    { iif: [point(deviceNumber('lo'))], sourceMac: [point(noEthernetHeader)] },
    { iif: outside(wholeField('iif'), [point(deviceNumber('lo'))]) },
  ],
];

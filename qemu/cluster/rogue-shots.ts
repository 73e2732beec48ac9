import type { Policy } from '../../openwrt/policy/policy.ts';
import { linkLocalAddress } from '../network/address-bytes.ts';
import { addressOption, dhcpKind, dhcpOption, dhcpPort, encodeDhcp, secondsOption } from '../network/dhcp.ts';
import { dhcpv6Kind, dhcpv6Port, encodeDhcpv6 } from '../network/dhcpv6.ts';
import { broadcastMac, encodeEthernet } from '../network/ethernet.ts';
import { encodeIp, etherTypeOf, protocol } from '../network/ip.ts';
import {
  allNodes,
  multicastMac,
  type Neighbour,
  routerAdvertisement,
} from '../network/neighbour-discovery.ts';
import { encodeUdp } from '../network/udp.ts';
import { uplinkName } from './cables.ts';
import type { Shot } from './shot.ts';
import { type Standpoint, standpoints } from './standpoint.ts';

/** What a rogue gives away: nobody's. */
const bait = { address: '10.66.66.66', address6: 'fd66:6666::66', prefix: 'fd66:6666::' } as const;
const everybody: Neighbour = { mac: broadcastMac, address: '255.255.255.255' };
const allNodesOfCable: Neighbour = { mac: multicastMac(allNodes), address: allNodes };

/** A board that plays the server of everybody else, to all on its cable and to its victim by way of the router: none of it may come out anywhere, nor be answered. Pure. */
export function rogueShots(policy: Policy): Shot[] {
  const places = standpoints(policy);
  return places
    .filter(({ cable }) => cable !== uplinkName)
    .flatMap((rogue) => [
      ...places.filter((victim) => victim !== rogue).flatMap((victim) => shotsAt(rogue, victim)),
      ...(rogue.ipv6 === null ? [] : [advertisementShot(rogue, 'router', 'to everybody', allNodesOfCable)]),
    ]);
}

function shotsAt(rogue: Standpoint, victim: Standpoint): Shot[] {
  const toVictim = { mac: rogue.router.mac, address: victim.ipv4 };
  const leases = ([dhcpKind.offer, dhcpKind.acknowledge] as const).flatMap((kind) => [
    leaseShot(rogue, victim, kind, 'to everybody', everybody),
    leaseShot(rogue, victim, kind, 'to its victim', toVictim),
  ]);
  if (rogue.ipv6 === null || victim.ipv6 === null) return leases;
  const toVictim6 = { mac: rogue.router.mac, address: victim.ipv6 };
  return [
    ...leases,
    ...([dhcpv6Kind.advertise, dhcpv6Kind.reply] as const).map((kind) =>
      leaseShot6(rogue, victim, kind, toVictim6),
    ),
    advertisementShot(rogue, victim.cable, 'to its victim', toVictim6),
  ];
}

function leaseShot(rogue: Standpoint, victim: Standpoint, kind: number, where: string, to: Neighbour): Shot {
  const victimMac = macOf(victim);
  return {
    cable: rogue.cable,
    to: victim.cable,
    what: `${kind === dhcpKind.offer ? 'offer' : 'acknowledgement'} of a DHCP server ${where}, for ${victimMac}`,
    expected: null,
    frame: ({ token }) =>
      datagramFrame(
        { mac: rogue.mac, address: rogue.ipv4 },
        to,
        [dhcpPort.server, dhcpPort.client],
        encodeDhcp({
          ...{ fromClient: false, transaction: token.readUInt32BE(8), clientMac: victimMac },
          yourAddress: bait.address,
          options: new Map([
            [dhcpOption.kind, Buffer.from([kind])],
            [dhcpOption.server, addressOption(rogue.ipv4)],
            [dhcpOption.router, addressOption(rogue.ipv4)],
            [dhcpOption.dns, addressOption(rogue.ipv4)],
            [dhcpOption.leaseTime, secondsOption(3600)],
            [dhcpOption.hostName, token],
          ]),
        }),
      ),
  };
}

function leaseShot6(rogue: Standpoint, victim: Standpoint, kind: number, to: Neighbour): Shot {
  const victimMac = macOf(victim);
  return {
    cable: rogue.cable,
    to: victim.cable,
    what: `${kind === dhcpv6Kind.advertise ? 'advertisement' : 'reply'} of a DHCPv6 server to its victim, for ${victimMac}`,
    expected: null,
    frame: ({ token }) =>
      datagramFrame(
        { mac: rogue.mac, address: rogue.ipv6! },
        to,
        [dhcpv6Port.server, dhcpv6Port.client],
        encodeDhcpv6({
          ...{ kind, transaction: token.readUInt32BE(8), clientMac: victimMac, serverMac: rogue.mac },
          ...{ address: bait.address6, resolver: rogue.ipv6!, vendorData: token },
        }),
      ),
  };
}

function advertisementShot(rogue: Standpoint, to: string, where: string, receiver: Neighbour): Shot {
  return {
    cable: rogue.cable,
    to,
    what: `router advertisement ${where}`,
    expected: null,
    frame: ({ token }) => {
      // What a router passes on has an address that others know.
      const address = receiver === allNodesOfCable ? linkLocalAddress(rogue.mac) : rogue.ipv6!;
      const advertised = { prefix: bait.prefix, lifetimeSeconds: 1800, unknown: token };
      return routerAdvertisement({ mac: rogue.mac, address }, advertised, receiver);
    },
  };
}

/** Of the router, for what is said to it on the uplink. */
function macOf({ cable, mac, router }: Standpoint): string {
  return cable === uplinkName ? router.mac : mac;
}

function datagramFrame(
  from: Neighbour,
  to: Neighbour,
  [sourcePort, destinationPort]: readonly [number, number],
  payload: Buffer,
): Buffer {
  const [source, destination] = [from.address, to.address];
  const datagram = encodeUdp({ sourcePort, destinationPort, payload }, source, destination);
  return encodeEthernet({
    destination: to.mac,
    source: from.mac,
    type: etherTypeOf(source),
    payload: encodeIp({ source, destination, protocol: protocol.udp, payload: datagram }),
  });
}

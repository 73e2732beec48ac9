import type { Policy } from '../../openwrt/policy/policy.ts';
import { linkLocalAddress } from '../network/address-bytes.ts';
import { addressOption, dhcpKind, dhcpOption, dhcpPort, encodeDhcp, secondsOption } from '../network/dhcp.ts';
import { broadcastMac, encodeEthernet, etherType } from '../network/ethernet.ts';
import { encodeIp, protocol } from '../network/ip.ts';
import { routerAdvertisement } from '../network/neighbour-discovery.ts';
import { encodeUdp } from '../network/udp.ts';
import { uplinkName } from './cables.ts';
import type { Shot } from './shot.ts';
import { type Standpoint, standpoints } from './standpoint.ts';

/** A board that plays the server of everybody else: none of it may come out anywhere, nor be answered. Pure. */
export function rogueShots(policy: Policy): Shot[] {
  const places = standpoints(policy);
  const boards = places.filter(({ cable }) => cable !== uplinkName);
  return boards.flatMap((rogue) => [
    ...places
      .filter((victim) => victim !== rogue)
      .flatMap((victim) =>
        ([dhcpKind.offer, dhcpKind.acknowledge] as const).map((kind) => leaseShot(rogue, victim, kind)),
      ),
    advertisementShot(rogue),
  ]);
}

function leaseShot(rogue: Standpoint, victim: Standpoint, kind: number): Shot {
  const victimMac = victim.cable === uplinkName ? victim.router.mac : victim.mac;
  return {
    cable: rogue.cable,
    to: victim.cable,
    what: `${kind === dhcpKind.offer ? 'offer' : 'acknowledgement'} of a DHCP server for ${victimMac}`,
    expected: null,
    frame: ({ token }) => {
      const message = encodeDhcp({
        ...{ fromClient: false, transaction: token.readUInt32BE(8), clientMac: victimMac },
        yourAddress: '10.66.66.66',
        options: new Map([
          [dhcpOption.kind, Buffer.from([kind])],
          [dhcpOption.server, addressOption(rogue.ipv4)],
          [dhcpOption.router, addressOption(rogue.ipv4)],
          [dhcpOption.dns, addressOption(rogue.ipv4)],
          [dhcpOption.leaseTime, secondsOption(3600)],
          [dhcpOption.hostName, token],
        ]),
      });
      const [source, destination] = [rogue.ipv4, '255.255.255.255'];
      const datagram = { sourcePort: dhcpPort.server, destinationPort: dhcpPort.client, payload: message };
      const payload = encodeUdp(datagram, source, destination);
      return encodeEthernet({
        destination: broadcastMac,
        source: rogue.mac,
        type: etherType.ipv4,
        payload: encodeIp({ source, destination, protocol: protocol.udp, payload }),
      });
    },
  };
}

function advertisementShot(rogue: Standpoint): Shot {
  return {
    cable: rogue.cable,
    to: 'router',
    what: 'router advertisement',
    expected: null,
    frame: ({ token }) => {
      const from = { mac: rogue.mac, address: linkLocalAddress(rogue.mac) };
      const frame = routerAdvertisement(from, { prefix: 'fd66:6666::', lifetimeSeconds: 1800 });
      // Behind the packet, where it changes nothing: an advertisement has no room for a word.
      return Buffer.concat([frame, token]);
    },
  };
}

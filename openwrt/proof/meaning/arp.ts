import type { Policy } from '../../policy/policy.ts';
import { outside, point } from '../interval.ts';
import type { PacketClass } from '../packet-class.ts';
import { etherTypes, paths } from '../packet-fields.ts';
import {
  type AllowedPackets,
  address,
  allAddresses,
  device,
  macInterval,
  ownNetworks,
} from './vocabulary.ts';

const protocol = [point(etherTypes.arp)];
const requestOrReply = [point(1), point(2)];

/** Section 5 of docs/router-policy.md. */
export function arpPackets(policy: Policy): AllowedPackets[] {
  const strangers = outside(allAddresses.ipv4, ownNetworks(policy, 'ipv4'));
  const allowed: AllowedPackets[] = policy.boards.map(({ name, device: link, mac, ipv4 }) => ({
    by: `ARP of ${name}`,
    origin: null,
    packets: [
      {
        path: [point(paths.input)],
        protocol,
        iif: device(link),
        arpOperation: requestOrReply,
        sourceMac: macInterval(mac),
        arpSenderMac: macInterval(mac),
        source: address(ipv4.board),
        destination: address(ipv4.router),
      },
      {
        path: [point(paths.output)],
        protocol,
        arpOperation: requestOrReply,
        oif: device(link),
        source: address(ipv4.router),
        destination: address(ipv4.board),
      },
    ] satisfies PacketClass[],
  }));
  // There is no ARP over PPP.
  if (policy.uplink !== null && policy.uplink.ipv4.kind !== 'pppoe') {
    const link = device(policy.uplink.device);
    allowed.push({
      by: 'ARP of the uplink',
      origin: null,
      packets: [
        { path: [point(paths.input)], protocol, iif: link, arpOperation: requestOrReply, source: strangers },
        {
          path: [point(paths.output)],
          protocol,
          arpOperation: requestOrReply,
          oif: link,
          source: strangers,
          destination: strangers,
        },
      ],
    });
  }
  return allowed;
}

import {
  formatAddress,
  formatNetwork,
  networkOf,
  overlaps,
  parseAddress,
  parseNetwork,
} from '../../builder/recipe/address/ip-network.ts';
import type { Policy, UplinkLink } from '../../openwrt/policy/policy.ts';
import type { OutsideNetwork } from '../network/outside.ts';

/** Networks as homes have them: the first that is none of the cluster's own is played. */
const homes = ['192.168.1.0/24', '192.168.178.0/24', '172.20.0.0/24', '10.0.2.0/24'];

/** The network around a cluster's uplink as the stage plays it: a static uplink's own, or a home's. Pure. */
export function outsideNetwork(policy: Policy): OutsideNetwork | null {
  const { uplink } = policy;
  if (uplink === null) return null;
  if (uplink.ipv4.kind === 'static') {
    const { address, prefixLength, gateway } = uplink.ipv4;
    const network = networkOf({ ...parseAddress(address)!, prefixLength });
    return { network: formatNetwork(network), router: address, gateway, ipv6: outsideIpv6(uplink) };
  }
  const own = policy.boards.map(({ ipv4 }) => parseNetwork(`${ipv4.router}/${ipv4.prefixLength}`)!);
  const network = homes.find((home) => !own.some((segment) => overlaps(segment, parseNetwork(home)!)));
  if (network === undefined) throw new RangeError('the cluster takes every network that a home would have');
  const { address } = parseNetwork(network)!;
  return {
    network,
    router: formatAddress('ipv4', address + 77n),
    gateway: formatAddress('ipv4', address + 1n),
    ipv6: outsideIpv6(uplink),
  };
}

/** A /64 as a provider gives one to a home: neither private nor for documentation, since those are martians or not global. */
const advertisedPrefix = '2a10:50c0:77::';

function outsideIpv6({ ipv6 }: UplinkLink): OutsideNetwork['ipv6'] {
  if (ipv6 === null) return null;
  return ipv6.kind === 'static'
    ? { advertised: null, gateway: ipv6.gateway }
    : { advertised: advertisedPrefix, gateway: null };
}

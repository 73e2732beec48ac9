import { type IpNetwork, overlaps, parseNetwork } from './ip-network.ts';

/**
 * Addresses that no machine has on a network (IANA's special-purpose registries, RFC 6890): this host, loopback, link-local, the benchmarks'
 * and protocol assignments, multicast, reserved; in IPv6 unspecified, loopback, those that stand for IPv4, discard, link-local, multicast.
 */
export const unusableNetworks: readonly string[] = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/96',
  '::ffff:0.0.0.0/96',
  '64:ff9b::/96',
  '100::/64',
  'fe80::/10',
  'ff00::/8',
];

const parsed = unusableNetworks.map((text) => parseNetwork(text)!);

/** Whether machines can have all of its addresses. */
export function usableNetwork(network: IpNetwork): boolean {
  return !parsed.some((unusable) => overlaps(unusable, network));
}

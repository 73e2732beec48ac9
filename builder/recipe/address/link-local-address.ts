import { formatAddress } from './ip-network.ts';
import { parseMac } from './mac-address.ts';

/** fe80::/64 with the interface identifier that is made of a MAC address (modified EUI-64, RFC 4291 appendix A). */
export function linkLocalAddress(mac: string): string {
  const bits = parseMac(mac);
  const [high, low] = [bits >> 24n, bits & 0xffffffn];
  // ff:fe in the middle; the universal/local bit turned round.
  const identifier = ((high << 40n) | (0xfffen << 24n) | low) ^ (1n << 57n);
  return formatAddress('ipv6', (0xfe80n << 112n) | identifier);
}

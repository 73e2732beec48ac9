import { type IpNetwork, overlaps, parseNetwork } from './ip-network.ts';
import { martiansIpv4, martiansIpv6 } from './special-purpose-addresses.ts';

const martians = [...martiansIpv4, ...martiansIpv6].map((text) => parseNetwork(text)!);

/** Whether none of its addresses is one that a router must drop. */
export function usableNetwork(network: IpNetwork): boolean {
  return !martians.some((martian) => overlaps(martian, network));
}

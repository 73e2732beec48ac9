import { linkLocalAddress } from '../network/address-bytes.ts';
import { decodeEthernet, etherType } from '../network/ethernet.ts';
import { decodeIcmp, icmpv6Type } from '../network/icmp.ts';
import { decodeIp } from '../network/ip.ts';
import type { Link } from '../network/link.ts';
import { neighbourSolicitation } from '../network/neighbour-discovery.ts';
import { askAgain } from './ask-again.ts';
import type { Standpoint } from './standpoint.ts';

const againMs = 500;

/**
 * Asks a board in the router's name for its IPv6 address, again and again.
 * @returns true when it answers for it, false when the signal aborts before
 */
export async function isNeighbour(
  link: Link,
  { router, mac, ipv6 }: Standpoint,
  limit: AbortSignal,
): Promise<boolean> {
  const from = { mac: router.mac, address: linkLocalAddress(router.mac) };
  const question = neighbourSolicitation(from, ipv6!);
  return await askAgain(
    () => link.inject('far', question),
    againMs,
    limit,
    (answered) =>
      link.watch((seen) => {
        if (seen.from === 'far' && !seen.injected && isAnswer(seen.frame, mac, ipv6!)) answered();
      }),
  );
}

function isAnswer(frame: Buffer, mac: string, address: string): boolean {
  const ethernet = decodeEthernet(frame);
  if (ethernet?.type !== etherType.ipv6 || ethernet.source !== mac) return false;
  const packet = decodeIp(ethernet.payload);
  return packet?.source === address && decodeIcmp(packet.payload)?.type === icmpv6Type.neighbourAdvertisement;
}

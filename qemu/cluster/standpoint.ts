import type { Policy } from '../../openwrt/policy/policy.ts';
import { encodeEthernet } from '../network/ethernet.ts';
import { encodeIp, etherTypeOf, type IpPacket } from '../network/ip.ts';
import { gatewayMac, outsideAddress6 } from '../network/outside.ts';
import { uplinkName } from './cables.ts';
import { outsideNetwork } from './outside-network.ts';
import { cardNumber, portOf, routerCardMac } from './router-cards.ts';

/** Somebody on a cable of the router. */
export interface Standpoint {
  /** Name of the board, or `uplink`. */
  readonly cable: string;
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string | null;
  /** The router on this cable. */
  readonly router: { readonly mac: string; readonly ipv4: string; readonly ipv6: string | null };
}

/** All boards, and the gateway beyond the uplink if there is one. Pure. */
export function standpoints(policy: Policy): Standpoint[] {
  const boards = policy.boards.map(
    (board): Standpoint => ({
      cable: board.name,
      mac: board.mac,
      ipv4: board.ipv4.board,
      ipv6: board.ipv6?.board ?? null,
      router: {
        mac: routerCardMac(cardNumber(portOf(board))),
        ipv4: board.ipv4.router,
        ipv6: board.ipv6?.router ?? null,
      },
    }),
  );
  const outside = outsideNetwork(policy);
  if (outside === null) return boards;
  const mac = routerCardMac(cardNumber(policy.uplink!.device));
  const gateway = { cable: uplinkName, mac: gatewayMac, ipv4: outside.gateway };
  const ipv6 = outside.ipv6 === null ? null : outsideAddress6;
  const own = policy.uplink!.ipv6;
  const router = { mac, ipv4: outside.router, ipv6: own?.kind === 'static' ? own.address : null };
  return [...boards, { ...gateway, ipv6, router }];
}

export type Family = 'ipv4' | 'ipv6';

/** Families that somebody has. */
export function familiesOf({ ipv6 }: Standpoint): readonly Family[] {
  return ipv6 === null ? ['ipv4'] : ['ipv4', 'ipv6'];
}

/** The frame that carries a packet to the router. @param mac of the sender, if it is not the standpoint's own */
export function frameFrom(from: Standpoint, packet: IpPacket, mac: string = from.mac): Buffer {
  return encodeEthernet({
    destination: from.router.mac,
    source: mac,
    type: etherTypeOf(packet.source),
    payload: encodeIp(packet),
  });
}

import type { BoardLink, Policy } from '../../policy/policy.ts';
import { type AddressRange, rangesOfFamily } from './address-range.ts';

/** The link-local address that a kernel makes of a MAC: modified EUI-64, RFC 4291 appendix A. */
export function linkLocalAddress(mac: string): string {
  const octets = mac.split(':').map((octet) => Number.parseInt(octet, 16));
  const [first = 0, ...rest] = octets;
  const identifier = [first ^ 0x02, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const groups = [0, 2, 4, 6].map((at) => ((identifier[at]! << 8) | identifier[at + 1]!).toString(16));
  return `fe80::${groups.join(':')}`;
}

/** The segments' networks: addresses that only the router's own links may carry. */
export function ownNetworks({ boards }: Policy, family: 'ipv4' | 'ipv6'): AddressRange[] {
  return rangesOfFamily(
    boards.flatMap((board) => {
      const segment = board[family];
      return segment === null ? [] : [`${segment.router}/${segment.prefixLength}`];
    }),
    family,
  );
}

/** Boards whose segment has IPv6, with its addresses. */
export function boardsWithIpv6({ boards }: Policy) {
  return boards.flatMap((board) => (board.ipv6 === null ? [] : [{ ...board, ipv6: board.ipv6 }]));
}

export function boardNamed({ boards }: Policy, name: string): BoardLink {
  const board = boards.find((candidate) => candidate.name === name);
  if (board === undefined) throw new Error(`the policy names the board ${name}, which it has not`);
  return board;
}

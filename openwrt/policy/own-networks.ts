import { formatNetwork, networkOf, parseNetwork } from '../../builder/recipe/address/ip-network.ts';
import type { BoardLink } from './policy.ts';

/** The networks of all segments of a family, in CIDR form, in the boards' order. */
export function ownNetworks(boards: readonly BoardLink[], family: 'ipv4' | 'ipv6'): string[] {
  return boards.flatMap((board) => {
    const segment = board[family];
    if (segment === null) return [];
    return [formatNetwork(networkOf(parseNetwork(`${segment.router}/${segment.prefixLength}`)!))];
  });
}

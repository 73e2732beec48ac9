import { formatPorts } from '../address/port-range.ts';
import type { UnitFlow } from './unit-flows.ts';

/** Names of counters: far below nft's limit, and with room for what a compiler puts around them. */
export const longestFlowName = 96;

/** `wallet__node_1__rpc__v4`: lower-case letters, digits and underscores. Boards' names have no underscores, so the parts can be told apart. */
export function flowName({
  from,
  to,
  family,
  match,
  service,
}: Pick<UnitFlow, 'from' | 'to' | 'family' | 'match'> & { readonly service: string | null }): string {
  const what =
    service ??
    (match.protocol === 'icmp-echo'
      ? 'echo'
      : `${match.protocol}_${formatPorts(match.ports).replaceAll('-', '_to_').replaceAll(', ', '_')}`);
  return [from, to ?? 'uplink', what, family === 'ipv4' ? 'v4' : 'v6']
    .map((part) => part.replaceAll('-', '_'))
    .join('__');
}

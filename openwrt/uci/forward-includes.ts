import { outermostNetworks } from '../../builder/recipe/address/ip-network.ts';
import { martiansIpv4 } from '../../builder/recipe/address/special-purpose-addresses.ts';
import { ownNetworks } from '../policy/own-networks.ts';
import type { Policy, PortForward } from '../policy/policy.ts';
import type { NftInclude } from './model/firewall-sections.ts';

export const forwardIncludes: readonly [NftInclude, NftInclude] = [
  { path: '/etc/boardsmith/dstnat.nft', chain: 'dstnat' },
  { path: '/etc/boardsmith/forward.nft', chain: 'forward' },
];

/**
 * Whether ports of the uplink are forwarded whose address is not known beforehand: UCI can only name an address or leave it out, and then every
 * address that comes in by the uplink is translated. nft can ask whether it is the router's.
 */
export function needsIncludes({ uplink, forwards }: Policy): boolean {
  return forwards.length > 0 && uplink !== null && uplink.ipv4.kind !== 'static';
}

/** The files that `forwardIncludes` name, by their path on the router; none where UCI can say it. */
export function includedFiles(policy: Policy): Readonly<Record<string, string>> {
  if (!needsIncludes(policy)) return {};
  const [dstnat, forward] = forwardIncludes;
  return {
    [dstnat.path]: policy.forwards.map((one) => `${translation(one, policy)}\n`).join(''),
    [forward.path]: policy.forwards.map((one) => `${acceptance(one, policy)}\n`).join(''),
  };
}

/** Statements of nft 1.0, inside a chain of the family inet. */
function translation({ id, protocol, port, to, sources, rate }: PortForward, policy: Policy): string {
  const own = ownNetworks(policy.boards, 'ipv4');
  const from = sources.length > 0 ? set(sources) : `!= ${set(outermostNetworks([...own, ...martiansIpv4]))}`;
  const limit = rate === null ? '' : ` limit rate ${rate.perSecond}/second burst ${rate.burst} packets`;
  return `iifname "${policy.uplink!.device}" ip saddr ${from} ip daddr != ${set(own)} fib daddr type local ${protocol} dport ${port}${limit} counter dnat ip to ${addressOf(policy, to.name)}:${to.port} comment "${id}"`;
}

function acceptance({ id, protocol, port, to }: PortForward, policy: Policy): string {
  const board = policy.boards.find(({ name }) => name === to.name)!;
  return `iifname "${policy.uplink!.device}" oifname "${board.device}" ip daddr ${board.ipv4.board} ${protocol} dport ${to.port} ct state new ct status dnat ct original proto-dst ${port} counter accept comment "${id}"`;
}

function addressOf({ boards }: Policy, name: string): string {
  return boards.find((board) => board.name === name)!.ipv4.board;
}

function set(networks: readonly string[]): string {
  return `{ ${networks.join(', ')} }`;
}

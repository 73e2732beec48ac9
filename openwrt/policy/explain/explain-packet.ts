import {
  contains,
  overlaps,
  parseAddress,
  parseNetwork,
} from '../../../builder/recipe/address/ip-network.ts';
import { coversPorts } from '../../../builder/recipe/address/port-range.ts';
import {
  martiansIpv4,
  martiansIpv6,
  privateIpv4,
  privateIpv6,
} from '../../../builder/recipe/address/special-purpose-addresses.ts';
import { ownNetworks } from '../own-networks.ts';
import type { BoardLink, Flow, Origin, Policy } from '../policy.ts';
import { endInWords, familyInWords, forwardInWords, managementInWords, matchInWords } from '../words.ts';
import { type AskedPacket, routerName } from './packet.ts';

export interface Explanation {
  readonly verdict: 'passes' | 'dropped';
  /** What decides, in words. */
  readonly because: string;
  /** The flow, forward or access that lets it pass; null if the policy is silent, or it follows from a recipe. */
  readonly decidedBy: { readonly id: string; readonly origin: Origin } | null;
  /** Of what is dropped: the flow that comes nearest. */
  readonly nearest: { readonly id: string; readonly text: string; readonly origin: Origin } | null;
}

type Place =
  | { readonly kind: 'board'; readonly board: BoardLink }
  | { readonly kind: 'router'; readonly link: BoardLink | null }
  | { readonly kind: 'uplink' }
  | { readonly kind: 'nowhere'; readonly why: string };

/** Whether a new connection's first packet passes, and why. */
export function explainPacket(policy: Policy, packet: AskedPacket): Explanation {
  const [from, to] = [placeOf(policy, packet.source), placeOf(policy, packet.destination)];
  if (from.kind === 'nowhere') return dropped(`the source ${packet.source} ${from.why}`);
  if (to.kind === 'nowhere') return dropped(`the destination ${packet.destination} ${to.why}`);
  if (from.kind === 'router') return dropped('the router itself opens no connection that it was asked for');
  if (from.kind === 'uplink') return fromUplink(policy, packet, to);
  if (to.kind === 'router') return toRouter(policy, packet, from.board, to.link);
  return fromBoard(policy, packet, from.board, to);
}

function fromBoard(
  policy: Policy,
  packet: AskedPacket,
  board: BoardLink,
  to: Extract<Place, { kind: 'board' | 'uplink' }>,
): Explanation {
  if (to.kind === 'board' && to.board === board)
    return dropped('both ends are one board: it never meets the router');
  const flow = policy.flows.find((candidate) => lets(candidate, policy, packet, board, to));
  if (flow !== undefined) {
    return {
      verdict: 'passes',
      because: `${flowInWords(flow)}${flow.rate === null ? '' : `, as long as there are no more than ${flow.rate.perSecond} a second`}`,
      decidedBy: { id: flow.id, origin: flow.origin },
      nearest: null,
    };
  }
  const target = to.kind === 'board' ? to.board.name : 'the uplink';
  return {
    ...dropped(
      `no flow lets ${board.name} open ${spoken(packet)} to ${target}${answerRemark(policy, packet, board, to)}`,
    ),
    nearest: nearestFlow(policy, packet, board, to),
  };
}

/** A reply passes, which looks like a connection the other way round. */
function answerRemark(policy: Policy, packet: AskedPacket, board: BoardLink, to: Place): string {
  if (to.kind !== 'board') return '';
  const back = policy.flows.find(
    ({ family, from, to: end }) =>
      family === packet.family &&
      from.name === to.board.name &&
      end.kind === 'board' &&
      end.name === board.name,
  );
  return back === undefined
    ? ''
    : `; ${board.name} may only answer what ${to.board.name} opens (${matchInWords(back)})`;
}

function lets(flow: Flow, policy: Policy, packet: AskedPacket, board: BoardLink, to: Place): boolean {
  return (
    flow.family === packet.family &&
    flow.from.name === board.name &&
    reaches(flow, policy, packet, to) &&
    matches(flow, packet)
  );
}

function reaches({ to: end }: Flow, policy: Policy, packet: AskedPacket, to: Place): boolean {
  if (end.kind === 'board') return to.kind === 'board' && to.board.name === end.name;
  if (to.kind !== 'uplink') return false;
  const address = parseAddress(packet.destination)!;
  if (end.networks.length > 0) return end.networks.some((text) => contains(parseNetwork(text)!, address));
  return (
    !isIn(locals(packet.family), packet.destination) &&
    !isIn(ownNetworks(policy.boards, packet.family), packet.destination)
  );
}

function matches({ match }: Flow, { protocol, port }: AskedPacket): boolean {
  if (match.protocol === 'icmp-echo') return protocol === 'icmp';
  return match.protocol === protocol && coversPorts(match.ports, [{ first: port!, last: port! }]);
}

function fromUplink(
  policy: Policy,
  packet: AskedPacket,
  to: Exclude<Place, { kind: 'nowhere' }>,
): Explanation {
  if (to.kind === 'board') {
    return dropped(`from the uplink no address of a board is reached, only forwarded ports of the router`);
  }
  if (to.kind === 'uplink') return dropped('both ends are beyond the uplink: it never meets the router');
  if (to.link !== null) return dropped('from the uplink only the router’s address there is reached');
  const forward = policy.forwards.find(
    ({ protocol, port, sources }) =>
      protocol === packet.protocol &&
      port === packet.port &&
      packet.family === 'ipv4' &&
      from(sources, packet.source),
  );
  if (forward !== undefined) {
    return {
      verdict: 'passes',
      because: forwardInWords(forward),
      decidedBy: { id: forward.id, origin: forward.origin },
      nearest: null,
    };
  }
  const access = policy.router.management.find(
    ({ from: end, port }) =>
      end.kind === 'uplink' &&
      packet.protocol === 'tcp' &&
      port === packet.port &&
      from(end.networks, packet.source),
  );
  if (access !== undefined) {
    return {
      verdict: 'passes',
      because: managementInWords(access),
      decidedBy: { id: access.id, origin: access.origin },
      nearest: null,
    };
  }
  const near =
    policy.forwards.find(({ port, protocol }) => port === packet.port && protocol === packet.protocol) ??
    policy.forwards[0];
  return {
    ...dropped(`no forward leads ${spoken(packet)} from ${packet.source} anywhere`),
    nearest: near === undefined ? null : { id: near.id, text: forwardInWords(near), origin: near.origin },
  };
}

function toRouter(
  { router }: Policy,
  packet: AskedPacket,
  board: BoardLink,
  link: BoardLink | null,
): Explanation {
  if (link !== board)
    return dropped(
      `${board.name} reaches the router only at its own link’s address, ${board[packet.family]?.router ?? 'none'}`,
    );
  const by = (because: string): Explanation => ({
    verdict: 'passes',
    because,
    decidedBy: null,
    nearest: null,
  });
  const { protocol, port } = packet;
  if (port === 53 && protocol !== 'icmp' && router.dns.local.includes(board.name)) {
    return by(
      `the recipe of ${board.name} says that it needs DNS${router.dns.forwarded.includes(board.name) ? '' : ' (names of the cluster only: it has no flow to the uplink)'}`,
    );
  }
  if (port === 123 && protocol === 'udp' && router.time.served.includes(board.name)) {
    return by(`the recipe of ${board.name} says that it needs the time`);
  }
  if (port === 67 && protocol === 'udp' && packet.family === 'ipv4')
    return by('every board may ask for its address');
  const access = router.management.find(
    ({ from: end, port: served }) =>
      end.kind === 'board' && end.name === board.name && served === port && protocol === 'tcp',
  );
  if (access === undefined) return dropped(`the router serves ${board.name} no ${spoken(packet)}`);
  return {
    ...by(managementInWords(access)),
    decidedBy: { id: access.id, origin: access.origin },
  };
}

function placeOf(policy: Policy, address: string): Place {
  const { boards, uplink } = policy;
  if (address === routerName) return { kind: 'router', link: null };
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const board = boards.find((one) => one[family]?.board === address);
  if (board !== undefined) return { kind: 'board', board };
  const link = boards.find((one) => one[family]?.router === address);
  if (link !== undefined) return { kind: 'router', link };
  const own = uplink?.[family];
  if (own?.kind === 'static' && own.address === address) return { kind: 'router', link: null };
  if (isIn(ownNetworks(boards, family), address))
    return { kind: 'nowhere', why: 'is in a segment, but no board’s: it is dropped as spoofed' };
  if (isIn(family === 'ipv4' ? martiansIpv4 : martiansIpv6, address))
    return { kind: 'nowhere', why: 'is a martian: no machine out there has it' };
  if (uplink === null) return { kind: 'nowhere', why: 'is not in the cluster, which has no uplink' };
  if (own === null)
    return { kind: 'nowhere', why: `is not in the cluster, and its uplink has no ${familyInWords(family)}` };
  return { kind: 'uplink' };
}

function nearestFlow(
  policy: Policy,
  packet: AskedPacket,
  board: BoardLink,
  to: Place,
): Explanation['nearest'] {
  const score = (flow: Flow): number =>
    4 * Number(flow.from.name === board.name) +
    4 *
      Number(
        to.kind === 'uplink'
          ? flow.to.kind === 'uplink'
          : to.kind === 'board' && flow.to.kind === 'board' && flow.to.name === to.board.name,
      ) +
    3 * Number(matches(flow, packet)) +
    Number(flow.family === packet.family);
  // A family alone is no nearness.
  const [best] = policy.flows.filter((flow) => score(flow) >= 3).sort((a, b) => score(b) - score(a));
  return best === undefined ? null : { id: best.id, text: flowInWords(best), origin: best.origin };
}

function flowInWords(flow: Flow): string {
  return `${flow.from.name} may reach ${endInWords(flow.to)} on ${matchInWords(flow)} over ${familyInWords(flow.family)}`;
}

function spoken({ protocol, port, family }: AskedPacket): string {
  return `${protocol === 'icmp' ? 'ping' : `${protocol} ${port}`} over ${familyInWords(family)}`;
}

function from(networks: readonly string[], source: string): boolean {
  return networks.length === 0 || isIn(networks, source);
}

function isIn(networks: readonly string[], address: string): boolean {
  const parsed = parseAddress(address)!;
  return networks.some((text) => overlaps(parseNetwork(text)!, parsed));
}

function locals(family: 'ipv4' | 'ipv6'): readonly string[] {
  return family === 'ipv4' ? privateIpv4 : privateIpv6;
}

function dropped(because: string): Explanation {
  return { verdict: 'dropped', because, decidedBy: null, nearest: null };
}

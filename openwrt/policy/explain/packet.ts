import { formatAddress, parseAddress } from '../../../builder/recipe/address/ip-network.ts';
import type { Policy } from '../policy.ts';

/** A packet that begins a connection, as a person writes it. */
export interface AskedPacket {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly family: 'ipv4' | 'ipv6';
  readonly source: string;
  /** `router`: its address on an uplink that gives it one. */
  readonly destination: string;
  /** null for icmp. */
  readonly port: number | null;
}

/** How a packet is written. */
export const packetForm =
  'tcp 10.77.0.2:4000 > 10.77.0.6:6420 (udp likewise; icmp without ports; IPv6 in [ ]; names of boards too; > router:PORT for the router itself)';

/** Stands for whatever address the router has where the packet comes from. */
export const routerName = 'router';

/**
 * @param text `tcp 10.0.3.2:4000 > 10.0.1.2:8003`: the source's port may be left out, names of boards stand for their IPv4 address
 * @returns what it is, or in words why it is no packet
 */
export function parsePacket(text: string, policy: Policy): AskedPacket | string {
  const match = /^\s*(\S+)\s+(\S+)\s*>\s*(\S+)\s*$/.exec(text);
  if (match === null) return 'it is not of the form PROTOCOL SOURCE > DESTINATION';
  const [, protocol, from, to] = match;
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'icmp')
    return `its protocol is ${protocol}, not tcp, udp or icmp`;
  const source = endOf(from!, policy, (name) => addressOf(name, policy));
  if (typeof source === 'string') return source;
  const destination = endOf(to!, policy, (name) =>
    name === routerName ? routerSeenFrom(source, policy) : addressOf(name, policy),
  );
  if (typeof destination === 'string') return destination;
  if (source.family !== destination.family)
    return 'one end has an IPv4 address and the other one an IPv6 address';
  if (protocol === 'icmp' && destination.port !== null) return 'icmp has no ports';
  if (protocol !== 'icmp' && destination.port === null) return `its destination has no port, as in ${to}:443`;
  return {
    protocol,
    family: source.family,
    source: source.address,
    destination: destination.address,
    port: destination.port,
  };
}

interface Address {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
}

function endOf(
  text: string,
  policy: Policy,
  addressOfName: (name: string) => Address | null,
): (Address & { readonly port: number | null }) | string {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text);
  const bare = match === null ? text : (match[1] ?? match[2]!);
  const port = match?.[3] === undefined ? null : Number(match[3]);
  if (port !== null && (port < 1 || port > 65535)) return `${match![3]} is no port`;
  const address = addressOfName(bare);
  if (address !== null) return { ...address, port };
  const known = policy.boards.slice(0, 3).map(({ name }) => name);
  return `${bare} is neither an address nor a board (${known.join(', ')}${policy.boards.length > known.length ? ', …' : ''})`;
}

function addressOf(text: string, { boards }: Policy): Address | null {
  const named = boards.find(({ name }) => name === text);
  const parsed = parseAddress(named?.ipv4.board ?? text);
  return parsed && { family: parsed.family, address: formatAddress(parsed.family, parsed.address) };
}

/** Of a board's own link; of the uplink, where that gives the router its address, the name itself. */
function routerSeenFrom({ family, address }: Address, { boards, uplink }: Policy): Address {
  const board = boards.find((one) => one[family]?.board === address);
  const own = uplink?.[family];
  const fixed = own?.kind === 'static' ? own.address : routerName;
  return { family, address: board?.[family]?.router ?? fixed };
}

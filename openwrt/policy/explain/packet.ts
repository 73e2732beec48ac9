import { formatAddress, parseAddress } from '../../../builder/recipe/address/ip-network.ts';
import type { Policy } from '../policy.ts';

/** A packet that begins a connection, as a person writes it. */
export interface AskedPacket {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly family: 'ipv4' | 'ipv6';
  readonly source: string;
  readonly destination: string;
  /** null for icmp. */
  readonly port: number | null;
}

/** How a packet is written. */
export const packetForm =
  'tcp 10.77.0.2:4000 > 10.77.0.6:6420 (udp likewise; icmp without ports; IPv6 in [ ]; names of boards too)';

/**
 * @param text `tcp 10.0.3.2:4000 > 10.0.1.2:8003`: the source's port may be left out, names of boards stand for their IPv4 address
 * @returns null for what is no packet
 */
export function parsePacket(text: string, policy: Policy): AskedPacket | null {
  const match = /^\s*(tcp|udp|icmp)\s+(\S+)\s*>\s*(\S+)\s*$/.exec(text);
  if (match === null) return null;
  const protocol = match[1] as AskedPacket['protocol'];
  const source = endOf(match[2]!, policy);
  const destination = endOf(match[3]!, policy);
  if (source === null || destination === null || source.family !== destination.family) return null;
  if ((protocol === 'icmp') !== (destination.port === null)) return null;
  return {
    protocol,
    family: source.family,
    source: source.address,
    destination: destination.address,
    port: destination.port,
  };
}

function endOf(text: string, policy: Policy) {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = match === null ? text : (match[1] ?? match[2]!);
  const port = match?.[3] === undefined ? null : Number(match[3]);
  if (port !== null && (port < 1 || port > 65535)) return null;
  const named = policy.boards.find(({ name }) => name === bare);
  const parsed = parseAddress(named?.ipv4.board ?? bare);
  if (parsed === null) return null;
  return { family: parsed.family, address: formatAddress(parsed.family, parsed.address), port };
}

import type { Policy, PortRange } from '../../openwrt/policy/policy.ts';

/** Ports of TCP or UDP that somebody serves. */
export interface ServedPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** What intruders knock at first: SSH, DNS, HTTP, NTP, HTTPS. */
const commonPorts = [22, 53, 80, 123, 443];

/** The ports that are tried of every pair, over TCP and UDP alike: all that a flow, a forward or an image names, and common ones. Ascending. */
export function triedPorts(policy: Policy, served: readonly ServedPort[]): number[] {
  const ports = [
    ...commonPorts,
    ...served.map(({ port }) => port),
    ...policy.forwards.flatMap(({ port, to }) => [port, to.port]),
    ...policy.flows.flatMap(({ match }) => ('ports' in match ? match.ports.flatMap(bounds) : [])),
  ];
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** Both ends of ranges, and the ports beside them: a range that is one too wide shows there. Ascending. */
export function portsAround(ranges: readonly PortRange[]): number[] {
  const around = ranges.flatMap(({ first, last }) => [first - 1, first, last, last + 1]);
  return [...new Set(around)].filter((port) => port >= 1 && port <= 65_535).sort((a, b) => a - b);
}

function bounds({ first, last }: PortRange): number[] {
  return [first, last];
}

import { formatPorts, type PortRange } from '../../../builder/recipe/address/port-range.ts';
import type { ConnectionRate, Policy } from '../policy.ts';
import { familyInWords, listed } from '../words.ts';

/** One thing that somebody may do, so small that two policies can be compared by it. */
export interface Right {
  /** Rights of equal keys differ in ports, networks and rate alone. */
  readonly key: string;
  readonly who: string;
  readonly what: string;
  /** Empty: none are meant (ping, names). */
  readonly ports: readonly PortRange[];
  /** null: any address of the internet, or whoever; networks otherwise. */
  readonly networks: readonly string[] | null;
  readonly rate: ConnectionRate | null;
}

/** All rights that a policy gives. */
export function policyRights({ flows, forwards, router }: Policy): Right[] {
  const all = { ports: [], networks: null, rate: null } as const;
  const { dns, time, management } = router;
  return [
    ...flows.map(({ family, from, to, match, rate }): Right => {
      const protocol = match.protocol === 'icmp-echo' ? 'ping' : match.protocol;
      const target = to.kind === 'board' ? to.name : 'the uplink';
      return {
        key: `flow ${family} ${protocol} ${from.name} ${to.kind === 'board' ? to.name : ''}`,
        who: from.name,
        what: `reach ${target} over ${familyInWords(family)} on ${protocol}`,
        ports: match.protocol === 'icmp-echo' ? [] : match.ports,
        networks: to.kind === 'uplink' && to.networks.length > 0 ? to.networks : null,
        rate,
      };
    }),
    ...forwards.map(
      ({ protocol, port, to, sources, rate }): Right => ({
        key: `forward ${protocol} ${port} ${to.name} ${to.port}`,
        who: 'who is beyond the uplink',
        what: `reach ${to.name} on ${protocol} ${to.port} by port ${port} of the router`,
        ports: [],
        networks: sources.length > 0 ? sources : null,
        rate,
      }),
    ),
    ...management.map(
      ({ from, service, port }): Right => ({
        key: `management ${service} ${port} ${from.kind === 'board' ? from.name : ''}`,
        who: from.kind === 'board' ? from.name : 'who is beyond the uplink',
        what: `open ${service} (tcp ${port}) on the router`,
        ports: [],
        networks: from.kind === 'uplink' && from.networks.length > 0 ? from.networks : null,
        rate: null,
      }),
    ),
    ...dns.local.map(
      (name): Right => ({
        ...all,
        key: `names ${name}`,
        who: name,
        what: 'ask the router for names of the cluster',
      }),
    ),
    ...dns.forwarded.map(
      (name): Right => ({ ...all, key: `any name ${name}`, who: name, what: 'ask the router for any name' }),
    ),
    ...time.served.map(
      (name): Right => ({ ...all, key: `time ${name}`, who: name, what: 'ask the router for the time' }),
    ),
    ...(dns.forwarded.length > 0 ? resolvers(dns.upstream) : []),
    ...time.upstream.map(
      (address): Right => ({
        ...all,
        key: `ntp ${address}`,
        who: 'the router',
        what: `ask ${address} for the time`,
      }),
    ),
  ];
}

function resolvers(upstream: readonly string[]): Right[] {
  const right = { who: 'the router', ports: [], networks: null, rate: null } as const;
  if (upstream.length === 0)
    return [{ ...right, key: 'dns any', what: 'ask any resolver beyond the uplink' }];
  return upstream.map((address) => ({
    ...right,
    key: `dns ${address}`,
    what: `ask the resolver ${address}`,
  }));
}

export function rightInWords({ who, what, ports, networks }: Right): string {
  const where = networks === null ? '' : ` (${listed(networks)})`;
  return `${who} may ${what}${ports.length > 0 ? ` ${formatPorts(ports)}` : ''}${where}`;
}

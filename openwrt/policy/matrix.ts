import { formatPorts } from '../../builder/recipe/address/port-range.ts';
import type { ConnectionRate, Flow, Policy } from './policy.ts';
import { endInWords, serviceName } from './words.ts';

/** Who may open connections to whom, on what. Rows and columns are the same, in one order. */
export interface Matrix {
  /** Boards (or groups of boards with one name and numbers), then `uplink` and `router`. */
  readonly ends: readonly MatrixEnd[];
  /** Only cells in which something is allowed. */
  readonly cells: readonly MatrixCell[];
}

export interface MatrixEnd {
  readonly name: string;
  readonly kind: 'board' | 'group' | 'uplink' | 'router';
  /** How many boards it stands for. */
  readonly boards: number;
}

export interface MatrixCell {
  readonly from: string;
  readonly to: string;
  readonly grants: readonly Grant[];
}

export interface Grant {
  /** `rpc`, `ping`, `tcp 443`. */
  readonly label: string;
  /** `tcp 6420`, more exact than the label; empty if there is no more to say. */
  readonly ports: string;
  /** Empty if both ends have no other family. */
  readonly families: readonly ('ipv4' | 'ipv6')[];
  /** Where it goes, or who may, if that is not the whole end. */
  readonly only: string;
  readonly rate: ConnectionRate | null;
  /** Of the file; null if it follows from a recipe. */
  readonly line: number | null;
}

/** @param mostBoards with more boards than this, those that share a name but for their number are one end */
export function policyMatrix(policy: Policy, mostBoards = Number.POSITIVE_INFINITY): Matrix {
  const grouped = policy.boards.length > mostBoards;
  const endOf = (name: string): string => (grouped ? name.replace(/-[1-9]\d*$/, '') : name);
  const ends = new Map<string, number>();
  for (const { name } of [...policy.boards].sort(byNumberedName)) {
    ends.set(endOf(name), (ends.get(endOf(name)) ?? 0) + 1);
  }
  const cells = new Map<string, Map<string, Grant>>();
  const add = (from: string, to: string, grant: Grant): void => {
    const key = `${from}\n${to}`;
    const grants = cells.get(key) ?? new Map<string, Grant>();
    cells.set(key, grants);
    const alike = JSON.stringify([grant.label, grant.ports, grant.only, grant.rate]);
    const before = grants.get(alike);
    const families = [...new Set([...(before?.families ?? []), ...grant.families])].sort();
    grants.set(alike, { ...grant, families });
  };
  for (const flow of policy.flows) {
    add(
      endOf(flow.from.name),
      flow.to.kind === 'uplink' ? 'uplink' : endOf(flow.to.name),
      flowGrant(flow, policy),
    );
  }
  for (const { protocol, port, to, sources, rate, origin } of policy.forwards) {
    add('uplink', endOf(to.name), {
      label: `port ${port}`,
      ports: port === to.port ? protocol : `${protocol} ${to.port}`,
      families: [],
      only: sources.join(', '),
      rate,
      line: origin.line,
    });
  }
  for (const [from, grant] of routerGrants(policy))
    add(from === 'uplink' ? from : endOf(from), 'router', grant);
  for (const grant of outwardGrants(policy)) add('router', 'uplink', grant);
  return {
    ends: [
      ...[...ends].map(
        ([name, boards]): MatrixEnd => ({ name, kind: grouped && boards > 1 ? 'group' : 'board', boards }),
      ),
      ...(policy.uplink === null ? [] : [{ name: 'uplink', kind: 'uplink', boards: 0 } as const]),
      { name: 'router', kind: 'router', boards: 0 },
    ],
    cells: [...cells].map(([key, grants]) => {
      const [from, to] = key.split('\n');
      return { from: from!, to: to!, grants: [...grants.values()] };
    }),
  };
}

function flowGrant({ id, family, to, match, rate, origin }: Flow, { boards, uplink }: Policy): Grant {
  const hasIpv6 = boards.some(({ ipv6 }) => ipv6 !== null) && (to.kind === 'board' || uplink?.ipv6 !== null);
  const ports = match.protocol === 'icmp-echo' ? '' : `${match.protocol} ${formatPorts(match.ports)}`;
  const service = serviceName(id);
  return {
    label: service ?? (ports === '' ? 'ping' : ports),
    ports: service === null ? '' : ports,
    families: hasIpv6 ? [family] : [],
    only:
      to.kind === 'uplink' && to.networks.length > 0 ? endInWords(to).replace(' through the uplink', '') : '',
    rate,
    line: origin.line,
  };
}

function routerGrants({ boards, router }: Policy): [string, Grant][] {
  const grant = (label: string, ports: string, line: number | null = null): Grant => ({
    label,
    ports,
    families: [],
    only: '',
    rate: null,
    line,
  });
  return [
    ...boards.map(({ name }): [string, Grant] => [name, grant('address', 'DHCP')]),
    ...router.dns.local.map((name): [string, Grant] => [
      name,
      router.dns.forwarded.includes(name)
        ? grant('all names', 'DNS')
        : grant('own names', 'DNS of the cluster'),
    ]),
    ...router.time.served.map((name): [string, Grant] => [name, grant('time', 'NTP')]),
    ...router.management.map(({ from, service, port, origin }): [string, Grant] => [
      from.kind === 'uplink' ? 'uplink' : from.name,
      {
        ...grant(service, `tcp ${port}`, origin.line),
        only: from.kind === 'uplink' ? from.networks.join(', ') : '',
      },
    ]),
  ];
}

function outwardGrants({ router, uplink }: Policy): Grant[] {
  const grant = { families: [], rate: null, line: null } as const;
  return [
    ...(router.dns.forwarded.length > 0
      ? [{ ...grant, label: 'resolvers', ports: 'DNS', only: router.dns.upstream.join(', ') }]
      : []),
    ...(router.time.upstream.length > 0
      ? [{ ...grant, label: 'time', ports: 'NTP', only: router.time.upstream.join(', ') }]
      : []),
    ...(uplink?.ipv4.kind === 'dhcp' ? [{ ...grant, label: 'address', ports: 'DHCP', only: '' }] : []),
  ];
}

/** `cxo-2` before `cxo-10`. */
export function byNumberedName(
  { name: a }: { readonly name: string },
  { name: b }: { readonly name: string },
): number {
  const [stemA, stemB] = [a, b].map((name) => name.replace(/-[1-9]\d*$/, ''));
  if (stemA !== stemB) return stemA! < stemB! ? -1 : 1;
  return Number(/\d+$/.exec(a)?.[0] ?? 0) - Number(/\d+$/.exec(b)?.[0] ?? 0);
}

import { flowName } from '../../builder/recipe/cluster-file/flow-name.ts';
import { deviceOf } from '../../builder/recipe/cluster-file/group-units.ts';
import { distinctFlows, type UnitFlow, unitFlows } from '../../builder/recipe/cluster-file/unit-flows.ts';
import type {
  ClusterForward,
  ClusterManagement,
  ClusterUnit,
  ClusterUplink,
  ResolvedCluster,
} from '../../builder/recipe/resolved-cluster.ts';
import type { BoardLink, Flow, ManagementAccess, Policy, PortForward, UplinkLink } from './policy.ts';

/** netifd calls a PPPoE device by the logical interface that dials. */
const pppoeDevice = 'pppoe-uplink';

/** What a cluster's router forwards, accepts and sends. Pure: the same cluster gives the same value. */
export function policyOfCluster(cluster: ResolvedCluster): Policy {
  const flows = policyFlows(cluster);
  return {
    cluster: cluster.name,
    uplink: cluster.uplink === null ? null : uplinkLink(cluster.uplink),
    boards: cluster.groups.flatMap(({ units }) => units.map(boardLink)).sort(by(({ name }) => name)),
    flows,
    forwards: named(cluster.forwards, forwardName).map(portForward).sort(byId),
    router: {
      dns: {
        local: unitsThatNeed(cluster, 'dns'),
        forwarded: unitsThatNeed(cluster, 'dns').filter((name) =>
          flows.some(({ from, to }) => from.name === name && to.kind === 'uplink'),
        ),
        upstream: cluster.dns.upstream,
      },
      time: { served: unitsThatNeed(cluster, 'time'), upstream: cluster.time.upstream },
      management: named(cluster.management.flatMap(accesses), accessName).map(managementAccess).sort(byId),
    },
  };
}

function uplinkLink({ port, ipv4, ipv6 }: ClusterUplink): UplinkLink {
  return ipv4.kind === 'pppoe'
    ? { device: pppoeDevice, ipv4: { ...ipv4, port }, ipv6 }
    : { device: port, ipv4, ipv6 };
}

function boardLink({ name, mac, attachment, ipv4, ipv6 }: ClusterUnit): BoardLink {
  return {
    name,
    device: deviceOf(attachment),
    attachment: attachment.kind === 'port' ? { kind: 'port' } : attachment,
    mac,
    ipv4,
    ipv6,
  };
}

function policyFlows({ flows }: ResolvedCluster): Flow[] {
  const { kept } = distinctFlows(unitFlows(flows));
  const serviceOf = (flow: UnitFlow) => flows[flow.index]!.service;
  return named(kept, (flow) => flowName({ ...flow, service: serviceOf(flow) }))
    .map(({ id, item }): Flow => {
      const { family, from, to, networks, match, rate, index } = item;
      return {
        id,
        family,
        from: { kind: 'board', name: from },
        to: to === null ? { kind: 'uplink', networks } : { kind: 'board', name: to },
        match,
        rate,
        origin: flows[index]!.origin,
      };
    })
    .sort(byId);
}

interface Named<T> {
  readonly id: string;
  readonly item: T;
}

function forwardName({ protocol, port, to }: ClusterForward): string {
  return `uplink__${to.name.replaceAll('-', '_')}__${protocol}_${port}`;
}

function portForward({ id, item }: Named<ClusterForward>): PortForward {
  const { protocol, port, to, sources, rate, origin } = item;
  return { id, protocol, port, to: { name: to.name, port: to.port }, sources, rate, origin };
}

type Access = Omit<ClusterManagement, 'from'> & { readonly from: ManagementAccess['from'] };

/** One for each board that may. */
function accesses({ from, ...same }: ClusterManagement): Access[] {
  if (from.kind === 'uplink') return [{ ...same, from }];
  return from.names.map((name) => ({ ...same, from: { kind: 'board', name } }));
}

function accessName({ from, service }: Access): string {
  return `${from.kind === 'uplink' ? 'uplink' : from.name.replaceAll('-', '_')}__router__${service}`;
}

function managementAccess({ id, item }: Named<Access>): ManagementAccess {
  const { from, service, port, origin } = item;
  return { id, from, service, port, origin };
}

/** Gives names that two have in common a number, in the order of the file. */
function named<T>(items: readonly T[], nameOf: (item: T) => string): Named<T>[] {
  const count = new Map<string, number>();
  return items.map((item) => {
    const name = nameOf(item);
    const seen = (count.get(name) ?? 0) + 1;
    count.set(name, seen);
    return { id: seen === 1 ? name : `${name}__${seen}`, item };
  });
}

function unitsThatNeed({ groups }: ResolvedCluster, what: 'dns' | 'time'): string[] {
  return groups
    .filter(({ recipe }) => recipe.needs[what])
    .flatMap(({ units }) => units.map(({ name }) => name))
    .sort();
}

function by<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

const byId = by<{ readonly id: string }>(({ id }) => id);

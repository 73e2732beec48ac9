import { basename } from 'node:path';
import { formatAddress, formatNetwork, parseNetwork } from '../address/ip-network.ts';
import { sortedAuthorities } from '../authorities.ts';
import type { FileKind, LinePlace } from '../file-kind.ts';
import { mebibyte } from '../quantity.ts';
import type { ResolvedBoard } from '../resolved-board.ts';
import type {
  BoardGroup,
  ClusterFlow,
  ClusterForward,
  ClusterManagement,
  ClusterRouter,
  ClusterUplink,
  FilePlace,
  ResolvedCluster,
} from '../resolved-cluster.ts';
import { clusterSchema } from '../schema/cluster-schema.ts';
import { compileSchema } from '../schema/compile-schema.ts';
import type { Path } from '../yaml/position.ts';
import { clusterEnd, recipeOf } from './cluster-ends.ts';
import { type ClusterFacts, gatherClusterFacts } from './cluster-facts.ts';
import type { ClusterFields, ForwardFields, ManagementFields, UplinkFields } from './cluster-fields.ts';
import { clusterRules } from './cluster-rules.ts';
import { cutSegments } from './cut-segments.ts';
import { unitAttachments, unitMacs, unitNames } from './group-units.ts';
import { managementPorts } from './management-ports.ts';
import { normaliseCluster } from './normalise-cluster.ts';
import { allPortNames } from './port-names.ts';
import { resolveFlow, sortedNetworks } from './resolve-flow.ts';

export const clusterKind: FileKind<ClusterFields, ClusterFacts, ResolvedCluster> = {
  schema: clusterSchema,
  checkShape: compileSchema(clusterSchema),
  normalise: normaliseCluster,
  gatherFacts: gatherClusterFacts,
  rules: clusterRules,
  resolve: resolveCluster,
};

/** Rules have seen to it that all that is looked up here is there. */
function resolveCluster(
  fields: ClusterFields,
  facts: ClusterFacts,
  placeOf: (path: Path) => LinePlace,
): ResolvedCluster {
  const { name, description, router, uplink, addressing, ssh, dns, time } = fields;
  const origin = (...path: Path): FilePlace => {
    const { line, column } = placeOf(path);
    return { file: basename(facts.file), line, column };
  };
  return {
    name,
    description,
    authorities: sortedAuthorities(fields.authority),
    router: resolveRouter(router, facts),
    uplink: uplink === null ? null : resolveUplink(uplink),
    addressing,
    groups: resolveGroups(fields, facts),
    flows: fields.flows.map(
      (flow, index): ClusterFlow => ({
        ...resolveFlow(flow, fields, facts)!,
        origin: origin('flows', index),
      }),
    ),
    forwards: fields.forwards.map((forward, index) => ({
      ...resolveForward(forward, fields, facts),
      origin: origin('forwards', index),
    })),
    management: fields.management.map((access, index) => ({
      ...resolveManagement(access, fields),
      origin: origin('management', index),
    })),
    ssh,
    dns,
    time,
  };
}

function resolveRouter(
  { board: name, base, ports, openwrt }: ClusterFields['router'],
  facts: ClusterFacts,
): ClusterRouter {
  const board = facts.boards.get(name) as ResolvedBoard;
  const { rootSize, device, packages, ...release } = openwrt;
  return {
    board,
    base,
    ports: allPortNames(ports),
    openwrt: {
      ...release,
      device: device ?? board.openwrt,
      rootMiB: rootSize / mebibyte,
      packages: [...packages].sort(),
    },
  };
}

function resolveUplink({ port, ipv4, ipv6 }: UplinkFields): ClusterUplink {
  return {
    port,
    ipv4: ipv4.kind === 'static' ? resolveStatic(ipv4) : ipv4,
    ipv6: ipv6?.kind === 'static' ? resolveStatic(ipv6) : ipv6,
  };
}

function resolveStatic({ address, gateway }: Extract<UplinkFields['ipv4'], { kind: 'static' }>) {
  const own = parseNetwork(address)!;
  return {
    kind: 'static',
    address: formatAddress(own.family, own.address),
    prefixLength: own.prefixLength,
    gateway,
  } as const;
}

function resolveGroups({ boards, addressing }: ClusterFields, facts: ClusterFacts): BoardGroup[] {
  let before = 0;
  return boards.map((group) => {
    const first = before;
    before += group.count;
    const [macs, attachments] = [unitMacs(group), unitAttachments(group)];
    return {
      name: group.name,
      recipe: recipeOf(group, facts)!,
      board: facts.boards.get(group.board) as ResolvedBoard,
      units: unitNames(group).map((name, index) => ({
        name,
        mac: macs[index]!,
        attachment: attachments[index]!,
        ...cutSegments(addressing, first + index),
      })),
    };
  });
}

function resolveForward(
  { port, to, service, sources, rate }: ForwardFields,
  { boards }: ClusterFields,
  facts: ClusterFacts,
): Omit<ClusterForward, 'origin'> {
  const end = clusterEnd(to, boards) as Extract<ReturnType<typeof clusterEnd>, { kind: 'boards' }>;
  const offered = recipeOf(end.group, facts)!.ports.find(({ name }) => name === service)!;
  return {
    port,
    protocol: offered.protocol,
    to: { name: end.names[0]!, service, port: offered.port },
    sources: sortedNetworks(sources ?? [])!.map(formatNetwork),
    rate,
  };
}

function resolveManagement(
  { service, from, networks }: ManagementFields,
  { boards }: ClusterFields,
): Omit<ClusterManagement, 'origin'> {
  const end = clusterEnd(from, boards)!;
  return {
    service,
    port: managementPorts[service],
    from:
      end.kind === 'boards'
        ? { kind: 'boards', names: end.names }
        : { kind: 'uplink', networks: sortedNetworks(networks ?? [])!.map(formatNetwork) },
  };
}

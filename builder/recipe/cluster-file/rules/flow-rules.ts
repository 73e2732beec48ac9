import { coversPorts, formatPorts } from '../../address/port-range.ts';
import { suggest } from '../../did-you-mean.ts';
import { clusterEnd, endNames, recipeOf } from '../cluster-ends.ts';
import { type ClusterFields, clusterRule, uplinkName } from '../cluster-fields.ts';
import { connectionsOf, flowMatch, portRangeOf, servicesOf, writtenMatches } from '../flow-match.ts';
import { flowName, longestFlowName } from '../flow-name.ts';
import { possibleFamilies, sortedNetworks } from '../resolve-flow.ts';
import { soundDistinctFlows, soundUnitFlows } from '../sound-flows.ts';

const context = ['boards', 'addressing', 'uplink', 'flows'] as const;

export const flowRules = [
  clusterRule(
    'end-known',
    ['boards', 'flows', 'forwards', 'management'],
    ({ boards, flows, forwards, management }, report) => {
      const ends = [
        ...flows.flatMap(({ from, to }, index) => [
          { at: ['flows', index, 'from'], name: from },
          { at: ['flows', index, 'to'], name: to },
        ]),
        ...forwards.map(({ to }, index) => ({ at: ['forwards', index, 'to'], name: to })),
        ...management.map(({ from }, index) => ({ at: ['management', index, 'from'], name: from })),
      ];
      for (const { at, name } of ends) {
        if (clusterEnd(name, boards) !== null) continue;
        const known = endNames(boards);
        const near = suggest(name, known);
        report({
          at,
          message: `there is neither a group nor a board ${name}`,
          remedy: near.startsWith('did')
            ? near
            : suggest(name, [...boards.map((group) => group.name), uplinkName]),
        });
      }
    },
  ),

  clusterRule('flow-begins-at-board', ['flows'], ({ flows }, report) => {
    for (const [index, { from }] of flows.entries()) {
      if (from !== uplinkName) continue;
      report({
        at: ['flows', index, 'from'],
        message: 'from the uplink nothing is forwarded but ports of the router',
        remedy: 'write it under forwards:',
      });
    }
  }),

  clusterRule('flow-has-two-ends', ['boards', 'flows'], ({ boards, flows }, report) => {
    for (const [index, { from, to }] of flows.entries()) {
      const [start, end] = [clusterEnd(from, boards), clusterEnd(to, boards)];
      if (start?.kind !== 'boards' || end?.kind !== 'boards') continue;
      if (start.names.length !== 1 || end.names.length !== 1 || start.names[0] !== end.names[0]) continue;
      report({
        at: ['flows', index, 'to'],
        message: `${to} is one board, and what it says to itself meets no router`,
        remedy: 'name another board',
      });
    }
  }),

  clusterRule('flow-one-match', ['flows'], ({ flows }, report) => {
    for (const [index, flow] of flows.entries()) {
      const written = writtenMatches(flow);
      if (written.length === 1) continue;
      report({
        at: ['flows', index],
        message:
          written.length === 0 ? 'the flow does not say what it opens' : `it has ${written.join(' and ')}`,
        remedy: 'write one of service, tcp, udp, tcpRange, udpRange, icmp',
      });
    }
  }),

  clusterRule('flow-range-counts-up', ['flows'], ({ flows }, report) => {
    for (const [index, flow] of flows.entries()) {
      for (const field of ['tcpRange', 'udpRange'] as const) {
        const text = flow[field];
        if (text === null || portRangeOf(text) !== null) continue;
        report({
          at: ['flows', index, field],
          message: `${text} is no range of ports`,
          remedy: 'write first..last, the last one larger and 65535 at most',
        });
      }
    }
  }),

  clusterRule('service-known', ['boards', 'flows'], ({ boards, flows }, report, facts) => {
    for (const [index, { from, to, service }] of flows.entries()) {
      if (service === null) continue;
      const end = clusterEnd(to === uplinkName ? from : to, boards);
      const recipe = end?.kind === 'boards' ? recipeOf(end.group, facts) : null;
      if (recipe === null) continue;
      const known = (to === uplinkName ? connectionsOf(recipe) : servicesOf(recipe)).map(({ name }) => name);
      if (known.includes(service)) continue;
      report({
        at: ['flows', index, 'service'],
        message:
          to === uplinkName
            ? `the recipe ${recipe.name} names no ${service} in connects`
            : `the appliance ${recipe.name} offers no ${service}`,
        remedy: known.length === 0 ? 'write protocol and ports instead' : suggest(service, known),
      });
    }
  }),

  clusterRule('port-served', ['boards', 'flows'], ({ boards, flows }, report, facts) => {
    for (const [index, flow] of flows.entries()) {
      const end = clusterEnd(flow.to, boards);
      const recipe = end?.kind === 'boards' ? recipeOf(end.group, facts) : null;
      const [field] = writtenMatches(flow);
      if (recipe === null || field === undefined || field === 'service' || field === 'icmp') continue;
      const match = flowMatch(flow, []);
      if (match === null || match.protocol === 'icmp-echo') continue;
      const served = servicesOf(recipe).filter(({ protocol }) => protocol === match.protocol);
      const unserved = match.ports.filter(
        (range) =>
          !coversPorts(
            served.flatMap(({ ports }) => ports),
            [range],
          ),
      );
      if (unserved.length === 0) continue;
      report({
        at: ['flows', index, field],
        message: `the appliance ${recipe.name} does not serve ${match.protocol} ${formatPorts(unserved)}`,
        remedy:
          served.length === 0
            ? `it serves nothing over ${match.protocol}`
            : `it serves ${served.map(({ name, ports }) => `${name} (${formatPorts(ports)})`).join(', ')}`,
      });
    }
  }),

  clusterRule('family-possible', context, (fields, report) => {
    for (const [index, flow] of fields.flows.entries()) {
      const networks = sortedNetworks(flow.networks ?? []);
      if (networks === null) continue;
      const possible = possibleFamilies(flow, fields, networks);
      for (const [at, family] of (flow.families ?? []).entries()) {
        if (possible.includes(family)) continue;
        report({
          at: ['flows', index, 'families', at],
          message: `there is no ${family} from ${flow.from} to ${flow.to}`,
          remedy: 'remove it, or give both ends (addressing, uplink, networks) such addresses',
        });
      }
      if (flow.families !== null || possible.length > 0) continue;
      report({
        at: ['flows', index, 'networks'],
        message: 'none of these networks can be reached: the uplink has no IPv6',
        remedy: 'name IPv4 networks, or add addressing.ipv6 and uplink.ipv6',
      });
    }
  }),

  clusterRule('flow-not-pointless', context, (fields, report, facts) => {
    const units = soundUnitFlows(fields, facts);
    const { covered } = soundDistinctFlows(fields, facts);
    for (const index of new Set(covered.map(({ flow }) => flow.index))) {
      const mine = covered.filter(({ flow }) => flow.index === index);
      if (mine.length < units.filter((unit) => unit.index === index).length) continue;
      const others = [...new Set(mine.map(({ other }) => other.index))].sort((a, b) => a - b);
      report({
        at: ['flows', index],
        message: `it opens nothing that ${others.map((other) => ordinal(fields, other)).join(' and ')} does not open already`,
        remedy: 'remove it',
      });
    }
  }),

  clusterRule('flows-apart', context, (fields, report, facts) => {
    const { clashes } = soundDistinctFlows(fields, facts);
    const told = new Set<string>();
    for (const { flow, other } of clashes) {
      const key = `${flow.index} ${other.index}`;
      if (told.has(key)) continue;
      told.add(key);
      report({
        at: ['flows', flow.index],
        message: `part of it is opened by ${ordinal(fields, other.index)} too, so that it is not clear which one counts`,
        remedy: 'write what both open in one of them only',
      });
    }
  }),

  clusterRule('flow-name-fits', context, (fields, report, facts) => {
    const told = new Set<number>();
    for (const unit of soundUnitFlows(fields, facts)) {
      const { service } = fields.flows[unit.index]!;
      const name = flowName({ ...unit, service });
      if (name.length <= longestFlowName || told.has(unit.index)) continue;
      told.add(unit.index);
      report({
        at: ['flows', unit.index],
        message: `its counter ${name} would have ${name.length} letters; nft is given ${longestFlowName}`,
        remedy: 'shorten the names of the groups',
      });
    }
  }),
];

function ordinal({ flows }: Pick<ClusterFields, 'flows'>, index: number): string {
  const { from, to } = flows[index]!;
  return `flow ${index + 1} (${from} to ${to})`;
}

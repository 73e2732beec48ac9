import { commonPorts, coversPorts, formatPorts, joinRanges } from '../../address/port-range.ts';
import { warning } from '../../rule.ts';
import { clusterEnd, recipeOf } from '../cluster-ends.ts';
import { clusterRule } from '../cluster-fields.ts';
import { connectionsOf, servicesOf } from '../flow-match.ts';
import { unitNames } from '../group-units.ts';
import { soundUnitFlows } from '../sound-flows.ts';

export const reachRules = [
  warning(
    clusterRule(
      'service-reached',
      ['boards', 'addressing', 'uplink', 'flows', 'forwards'],
      (fields, report, facts) => {
        const flows = soundUnitFlows(fields, facts);
        for (const group of fields.boards) {
          const recipe = recipeOf(group, facts);
          const names = unitNames(group);
          for (const { name, protocol, ports } of recipe === null ? [] : servicesOf(recipe)) {
            const reached =
              flows.some(
                ({ to, match }) =>
                  to !== null &&
                  names.includes(to) &&
                  match.protocol === protocol &&
                  commonPorts(match.ports, ports).length > 0,
              ) ||
              fields.forwards.some((forward) => {
                const end = clusterEnd(forward.to, fields.boards);
                return end?.kind === 'boards' && end.group === group && forward.service === name;
              });
            if (reached) continue;
            report({
              at: ['boards', group.name],
              on: 'key',
              message: `${group.name} offers ${name} (${protocol} ${formatPorts(ports)}), and nobody may reach it`,
              remedy: `add a flow to ${group.name} with service: ${name} if somebody should`,
            });
          }
        }
      },
    ),
  ),

  warning(
    clusterRule(
      'connection-allowed',
      ['boards', 'addressing', 'uplink', 'flows'],
      (fields, report, facts) => {
        const flows = soundUnitFlows(fields, facts);
        for (const group of fields.boards) {
          const recipe = recipeOf(group, facts);
          for (const connection of recipe === null ? [] : connectionsOf(recipe)) {
            const { name, protocol, ports } = connection;
            const blocked = unitNames(group).find((unit) => {
              const open = flows.flatMap(({ from, match }) =>
                from === unit && match.protocol === protocol ? match.ports : [],
              );
              return !coversPorts(joinRanges(open), ports);
            });
            if (blocked === undefined) continue;
            report({
              at: ['boards', group.name],
              on: 'key',
              message: `${blocked} connects to ${name} (${protocol} ${formatPorts(ports)}), and no flow lets it`,
              remedy: `add a flow from ${group.name}, or to uplink with service: ${name}`,
            });
          }
        }
      },
    ),
  ),

  clusterRule(
    'dns-upstream-known',
    ['boards', 'addressing', 'uplink', 'flows', 'dns'],
    (fields, report, facts) => {
      if (fields.uplink?.ipv4.kind !== 'static' || fields.dns.upstream.length > 0) return;
      const outward = new Set(
        soundUnitFlows(fields, facts).flatMap(({ from, to }) => (to === null ? [from] : [])),
      );
      const asks = fields.boards.find(
        (group) =>
          recipeOf(group, facts)?.needs.dns === true && unitNames(group).some((name) => outward.has(name)),
      );
      if (asks === undefined) return;
      report({
        at: ['uplink', 'ipv4', 'static'],
        on: 'key',
        message: `${asks.name} looks up names out there, and a static uplink gives the router no resolver`,
        remedy: 'add dns: { upstream: [ADDRESS] }',
      });
    },
  ),
];

import { contains, parseNetwork } from '../../address/ip-network.ts';
import type { Report } from '../../rule.ts';
import { clusterEnd } from '../cluster-ends.ts';
import { clusterRule, type ManagementFields } from '../cluster-fields.ts';

export const managementRules = [
  /** Two elements of a set that overlap make nft refuse the whole ruleset. */
  clusterRule(
    'management-not-pointless',
    ['boards', 'management', 'uplink'],
    ({ boards, management, uplink }, report) => {
      for (const [index, access] of management.entries()) {
        const end = clusterEnd(access.from, boards);
        if (end === null) continue;
        const others = management
          .map((other, position) => ({ other, position }))
          .filter(({ other, position }) => position !== index && other.service === access.service);
        if (end.kind === 'uplink') {
          reportNetworks(access, index, uplink?.ipv6 !== null, others, report);
          continue;
        }
        const names = (from: string): readonly string[] => {
          const of = clusterEnd(from, boards);
          return of?.kind === 'boards' ? of.names : [];
        };
        const wider = others.find(({ other, position }) => {
          const theirs = names(other.from);
          const covers = end.names.every((name) => theirs.includes(name));
          return covers && (theirs.length > end.names.length || position < index);
        });
        if (wider !== undefined) report(pointless(['management', index], wider.position));
      }
    },
  ),
];

interface Other {
  readonly other: ManagementFields;
  readonly position: number;
}

function reportNetworks(
  { networks, from }: ManagementFields,
  index: number,
  hasIpv6: boolean,
  others: readonly Other[],
  report: Report,
): void {
  const sameEnd = others.filter(({ other }) => other.from === from);
  const everybody = sameEnd.find(
    ({ other, position }) => other.networks === null && (networks !== null || position < index),
  );
  if (everybody !== undefined) {
    report(pointless(['management', index], everybody.position));
    return;
  }
  for (const [at, text] of (networks ?? []).entries()) {
    const network = parseNetwork(text);
    if (network === null) continue;
    const path = ['management', index, 'networks', at];
    if (network.family === 'ipv6' && !hasIpv6) {
      report({
        at: path,
        message: `${text} cannot reach the router: the uplink has no IPv6`,
        remedy: 'remove it, or add uplink.ipv6',
      });
      continue;
    }
    const wider = sameEnd.find(({ other, position }) =>
      (other.networks ?? []).some((theirs) => {
        const outer = parseNetwork(theirs);
        return outer !== null && contains(outer, network) && (theirs !== text || position < index);
      }),
    );
    if (wider !== undefined) report(pointless(path, wider.position));
  }
}

const pointless = (at: (string | number)[], other: number) => ({
  at,
  message: `it opens nothing that management ${other + 1} does not open already`,
  remedy: 'remove it',
});

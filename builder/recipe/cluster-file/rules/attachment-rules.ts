import { suggest } from '../../did-you-mean.ts';
import { longestInterfaceName } from '../../schema/definitions.ts';
import type { Path } from '../../yaml/position.ts';
import { type ClusterFields, clusterRule } from '../cluster-fields.ts';
import { deviceOf, unitAttachments } from '../group-units.ts';
import { allPortNames, portNames } from '../port-names.ts';

/** IEEE 802.1Q: 4095 is reserved, as is 0. */
const lastVlan = 4094;

interface PortUse {
  readonly port: string;
  readonly at: Path;
  readonly by: string;
  readonly trunk: boolean;
}

function portUses({ uplink, boards }: Pick<ClusterFields, 'uplink' | 'boards'>): PortUse[] {
  return [
    ...(uplink === null
      ? []
      : [{ port: uplink.port, at: ['uplink', 'port'], by: 'the uplink', trunk: false }]),
    ...boards.flatMap(({ name, ports, vlans }) => [
      ...(ports ?? []).flatMap((text, index) =>
        (portNames(text) ?? []).map((port) => ({
          port,
          at: ['boards', name, 'ports', index],
          by: name,
          trunk: false,
        })),
      ),
      ...(vlans === null
        ? []
        : [{ port: vlans.trunk, at: ['boards', name, 'vlans', 'trunk'], by: name, trunk: true }]),
    ]),
  ];
}

export const attachmentRules = [
  clusterRule('port-range-counts-up', ['router', 'boards'], ({ router, boards }, report) => {
    const lists: readonly { readonly at: Path; readonly texts: readonly string[] }[] = [
      { at: ['router', 'ports'], texts: router.ports },
      ...boards.map(({ name, ports }) => ({ at: ['boards', name, 'ports'], texts: ports ?? [] })),
    ];
    for (const { at, texts } of lists) {
      for (const [index, text] of texts.entries()) {
        if (portNames(text) !== null) continue;
        report({
          at: [...at, index],
          message: `${text} is no range of ports`,
          remedy: 'write first..last with one name and a number that counts up, as in eth1..eth4',
        });
      }
    }
  }),

  clusterRule('router-ports-distinct', ['router'], ({ router }, report) => {
    const names = allPortNames(router.ports);
    for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
      report({
        at: ['router', 'ports'],
        on: 'key',
        message: `${name} is named twice`,
        remedy: 'name every port once',
      });
    }
  }),

  clusterRule('port-of-router', ['router', 'uplink', 'boards'], ({ router, uplink, boards }, report) => {
    const known = allPortNames(router.ports);
    if (router.ports.some((text) => portNames(text) === null)) return;
    for (const { port, at } of portUses({ uplink, boards })) {
      if (known.includes(port)) continue;
      report({
        at,
        message: `the router has no port ${port}`,
        remedy: known.length > 8 ? `name one of router.ports, or add it there` : suggest(port, known),
      });
    }
  }),

  clusterRule('port-used-once', ['uplink', 'boards'], ({ uplink, boards }, report) => {
    const users = new Map<string, PortUse>();
    for (const use of portUses({ uplink, boards })) {
      const before = users.get(use.port);
      users.set(use.port, before ?? use);
      if (before === undefined || (before.trunk && use.trunk)) continue;
      report({
        at: use.at,
        message: `${use.port} is the port of ${before.by} already`,
        remedy:
          'give every board a port of its own: boards on one port would reach each other past the router',
      });
    }
  }),

  clusterRule('attachment-one-kind', ['boards'], ({ boards }, report) => {
    for (const { name, ports, vlans } of boards) {
      if ((ports === null) !== (vlans === null)) continue;
      report({
        at: ['boards', name],
        on: 'key',
        message: ports === null ? 'nothing says how its boards are attached' : 'it has both ports and vlans',
        remedy: 'write ports, one for each board, or vlans',
      });
    }
  }),

  clusterRule('ports-for-each-board', ['boards'], ({ boards }, report) => {
    for (const { name, ports, count } of boards) {
      if (ports === null || ports.some((text) => portNames(text) === null)) continue;
      const given = allPortNames(ports).length;
      if (given === count) continue;
      report({
        at: ['boards', name, 'ports'],
        on: 'key',
        message: `${name} has ${boardCount(count)} and ${given === 1 ? 'one port' : `${given} ports`}`,
        remedy: 'name one port for each board',
      });
    }
  }),

  clusterRule('vlan-in-range', ['boards'], ({ boards }, report) => {
    for (const { name, vlans, count } of boards) {
      if (vlans === null || vlans.first + count - 1 <= lastVlan) continue;
      report({
        at: ['boards', name, 'vlans', 'first'],
        message: `the last of ${boardCount(count)} would have VLAN ${vlans.first + count - 1}`,
        remedy: `begin at ${lastVlan - count + 1} at most`,
      });
    }
  }),

  clusterRule('vlan-used-once', ['boards'], ({ boards }, report) => {
    const users = new Map<string, string>();
    for (const group of boards.filter(({ vlans }) => vlans !== null)) {
      const devices = unitAttachments(group).map(deviceOf);
      const taken = devices.find((device) => users.has(device));
      for (const device of devices) users.set(device, group.name);
      if (taken === undefined) continue;
      const [trunk, id] = taken.split('.');
      report({
        at: ['boards', group.name, 'vlans', 'first'],
        message: `VLAN ${id} on ${trunk} is one of another group already`,
        remedy: 'give every board a VLAN of its own',
      });
    }
  }),

  clusterRule('interface-name-fits', ['boards'], ({ boards }, report) => {
    for (const group of boards.filter(({ vlans }) => vlans !== null)) {
      const long = unitAttachments(group)
        .map(deviceOf)
        .find((device) => device.length > longestInterfaceName);
      if (long === undefined) continue;
      report({
        at: ['boards', group.name, 'vlans', 'trunk'],
        message: `the interface ${long} would have ${long.length} letters; the kernel takes ${longestInterfaceName}`,
        remedy: 'use a port with a shorter name as the trunk',
      });
    }
  }),

  clusterRule('port-name-fits', ['router'], ({ router }, report) => {
    for (const [index, text] of router.ports.entries()) {
      const long = (portNames(text) ?? []).find((name) => name.length > longestInterfaceName);
      if (long === undefined) continue;
      report({
        at: ['router', 'ports', index],
        message: `${long} has ${long.length} letters; the kernel takes ${longestInterfaceName}`,
        remedy: 'use the name that the kernel gives the interface',
      });
    }
  }),
];

function boardCount(count: number): string {
  return count === 1 ? 'one board' : `${count} boards`;
}

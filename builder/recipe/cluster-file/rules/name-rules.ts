import { basename } from 'node:path';
import { reportAuthorityTwice } from '../../authorities.ts';
import { clusterRule, uplinkName } from '../cluster-fields.ts';
import { unitNames } from '../group-units.ts';

/** What a board cannot be called: the other end of flows, and what the router is in the cluster's DNS. */
const takenByCluster: readonly string[] = [uplinkName, 'router', 'localhost'];

/** A byte of nothing but counting: 32 boards are the largest cluster that is planned. */
const mostUnits = 256;

export const nameRules = [
  clusterRule('authority-twice', ['authority'], ({ authority }, report) => {
    reportAuthorityTwice(authority, ['authority'], report);
  }),

  clusterRule('cluster-name-is-file-name', ['name'], ({ name }, report, { file }) => {
    const expected = basename(file).replace(/\.ya?ml$/, '');
    if (name === expected) return;
    report({
      at: ['name'],
      message: `the cluster is named ${name}, but its file ${basename(file)}`,
      remedy: `write name: ${expected}, or rename the file`,
    });
  }),

  clusterRule('group-name-free', ['boards'], ({ boards }, report) => {
    for (const { name } of boards.filter((group) => takenByCluster.includes(group.name))) {
      report({
        at: ['boards', name],
        on: 'key',
        message: `${name} is the name of something else in every cluster`,
        remedy: 'choose another name',
      });
    }
  }),

  clusterRule('unit-names-distinct', ['boards'], ({ boards }, report) => {
    const owner = new Map<string, string>();
    for (const group of boards) {
      const taken = unitNames(group).find((name) => owner.has(name));
      for (const name of unitNames(group)) owner.set(name, group.name);
      if (taken === undefined) continue;
      report({
        at: ['boards', group.name],
        on: 'key',
        message: `a board of it would be called ${taken}, as one is already`,
        remedy: 'rename one of the groups',
      });
    }
  }),

  clusterRule('units-at-most', ['boards'], ({ boards }, report) => {
    const total = boards.reduce((sum, { count }) => sum + count, 0);
    if (total <= mostUnits) return;
    report({
      at: ['boards'],
      on: 'key',
      message: `${total} boards are more than a router is made for (${mostUnits})`,
      remedy: 'lower count, or make two clusters',
    });
  }),
];

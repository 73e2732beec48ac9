import { isGroupMac } from '../../address/mac-address.ts';
import type { Path } from '../../yaml/position.ts';
import { type ClusterFields, clusterRule } from '../cluster-fields.ts';
import { unitMacs } from '../group-units.ts';

/** Where the MAC address of a board of a group is written. */
function placeOf({ name, macs }: ClusterFields['boards'][number], index: number): Path {
  return macs === null ? ['boards', name, 'firstMac'] : ['boards', name, 'macs', index];
}

export const macRules = [
  clusterRule('macs-one-kind', ['boards'], ({ boards }, report) => {
    for (const { name, firstMac, macs } of boards) {
      if ((firstMac === null) !== (macs === null)) continue;
      report({
        at: ['boards', name],
        on: 'key',
        message: macs === null ? 'its boards have no MAC addresses' : 'it has both firstMac and macs',
        remedy: 'write macs, one for each board, or firstMac if they follow each other',
      });
    }
  }),

  clusterRule('macs-for-each-board', ['boards'], ({ boards }, report) => {
    for (const group of boards) {
      const { name, firstMac, macs, count } = group;
      if ((firstMac === null) === (macs === null)) continue;
      const given = unitMacs(group).length;
      if (given === count) continue;
      report({
        at: ['boards', name, macs === null ? 'firstMac' : 'macs'],
        on: 'key',
        message: `${count} boards have ${given} MAC address${given === 1 ? '' : 'es'}`,
        remedy: macs === null ? 'begin with a lower one' : 'write one for each board',
      });
    }
  }),

  clusterRule('mac-used-once', ['boards'], ({ boards }, report) => {
    const users = new Map<string, string>();
    for (const group of boards) {
      for (const [index, mac] of unitMacs(group).entries()) {
        const other = users.get(mac);
        users.set(mac, group.name);
        if (other === undefined) continue;
        report({
          at: placeOf(group, index),
          message: `${mac} is a board of ${other} already`,
          remedy: 'every network card has an address of its own: look at its label, or use another range',
        });
        if (group.macs === null) break;
      }
    }
  }),

  clusterRule('mac-of-one-card', ['boards'], ({ boards }, report) => {
    for (const group of boards) {
      for (const [index, mac] of unitMacs(group).entries()) {
        if (!isGroupMac(mac) && mac !== '00:00:00:00:00:00') continue;
        report({
          at: placeOf(group, index),
          message: isGroupMac(mac) ? `${mac} is a multicast address` : `${mac} is no address of a card`,
          remedy:
            'the first byte of a card’s address is even; one that you choose yourself begins with 02, say',
        });
        if (group.macs === null) break;
      }
    }
  }),
];

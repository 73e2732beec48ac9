import { countUpFrom } from '../address/mac-address.ts';
import type { ClusterUnit } from '../resolved-cluster.ts';
import type { GroupFields } from './cluster-fields.ts';
import { allPortNames } from './port-names.ts';

/** Names of a group's boards: `cxo-1`…; one alone has the group's own. */
export function unitNames({ name, count }: Pick<GroupFields, 'name' | 'count'>): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** One for each board, fewer if the file gives fewer. */
export function unitMacs({ firstMac, macs, count }: GroupFields): string[] {
  if (macs !== null) return [...macs];
  return firstMac === null ? [] : countUpFrom(firstMac, count);
}

/** One for each board, fewer if the file gives fewer. */
export function unitAttachments({ ports, vlans, count }: GroupFields): ClusterUnit['attachment'][] {
  if (vlans !== null) {
    const { trunk, first } = vlans;
    return Array.from({ length: count }, (_, index) => ({ kind: 'vlan', trunk, id: first + index }));
  }
  return allPortNames(ports ?? []).map((port) => ({ kind: 'port', port }));
}

/** What the kernel calls the interface. */
export function deviceOf(attachment: ClusterUnit['attachment']): string {
  return attachment.kind === 'port' ? attachment.port : `${attachment.trunk}.${attachment.id}`;
}

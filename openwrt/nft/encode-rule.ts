import { encodePart, type SetNumbers } from './encode-part.ts';
import { fieldNamed } from './fields.ts';
import type { Rule, RulePart } from './model.ts';
import type { Bytes } from './netlink-attribute.ts';

/**
 * A rule as expressions of the kernel's virtual machine.
 * @throws Error for a rule that compares two fields of one header: nft may join them to one load. A set of both says the same.
 */
export function encodeRule(rule: Rule, sets: SetNumbers): Bytes[] {
  const headers = rule.flatMap(comparedHeader);
  if (new Set(headers).size < headers.length) {
    throw new Error('a rule compares two fields of one header; look them up in a set');
  }
  return rule.flatMap((part) => encodePart(part, sets));
}

function comparedHeader(part: RulePart): string[] {
  if (part.kind !== 'compare' || part.operator !== '==') return [];
  const { load } = fieldNamed(part.field);
  return load.kind === 'payload' ? [load.header] : [];
}

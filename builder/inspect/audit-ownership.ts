import type { OwnerRule } from '../plan/file-owners.ts';
import type { Finding } from '../rootfs/audit/finding.ts';
import type { CardPart } from './card.ts';
import type { CardFile } from './card-file.ts';

/** What of an image somebody must own. */
export interface OwnedThings {
  readonly parts: readonly Pick<CardPart, 'name' | 'content'>[];
  readonly files: readonly Pick<CardFile, 'place' | 'path' | 'type'>[];
  /** Files beside the image that belong to it: `firmware`, `firmware-environment`. */
  readonly beside: readonly string[];
}

/** Owners that a part, or a file of one, has; undefined if no rule is about it. */
export function ownersOf(
  rules: readonly OwnerRule[],
  place: string,
  path: string,
): readonly string[] | undefined {
  const inPlace = rules.filter((rule) => rule.place === place);
  const exact = inPlace.find((rule) => rule.path === path);
  const folder = `${path.replace(/\/[^/]*$/, '')}/*`;
  return (exact ?? inPlace.find((rule) => rule.path === folder))?.owners;
}

/**
 * Holds an image against the list of owners: every file, the boot loader's bytes and every partition that is not empty must have one, and each
 * owner must be an input of the build. Folders have no bytes and need none; a data partition is made empty.
 * @param known ids of locked entries and paths of sources that took part, and `boardsmith`
 * @returns findings sorted by path
 */
export function auditOwnership(
  things: OwnedThings,
  rules: readonly OwnerRule[],
  known: ReadonlySet<string>,
): Finding[] {
  const findings: Finding[] = [];
  const check = (place: string, path: string, what: string): void => {
    const owners = ownersOf(rules, place, path);
    const name = `${place}${path === '' ? '' : `:${path}`}`;
    if (owners === undefined || owners.length === 0) {
      findings.push({
        path: name,
        rule: 'unowned',
        message: `${what} belongs to no entry of the lock and to no source file`,
        remedy: 'take it out, or name its owner in builder/plan/file-owners.ts',
      });
    }
    for (const owner of owners ?? []) {
      if (known.has(owner)) continue;
      findings.push({
        path: name,
        rule: 'unknown-owner',
        message: `${what} is said to belong to ${owner}, which is no input of this build`,
        remedy: 'correct its owner in builder/plan/file-owners.ts',
      });
    }
  };
  for (const { name, content } of things.parts) {
    if (content === 'unknown' || content === 'boot loader') check(name, '', 'what it holds');
  }
  for (const place of things.beside) check(place, '', 'it');
  for (const { place, path, type } of things.files) {
    if (type !== 'directory') check(place, path, `this ${type === 'other' ? 'device or the like' : type}`);
  }
  return findings.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

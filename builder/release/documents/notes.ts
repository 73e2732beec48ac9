import { mebibyte } from '../../recipe/quantity.ts';
import type { FlowChanges, ImageChanges, PackageChange, ReleaseChanges } from '../changes/release-changes.ts';

/** `notes.md`: what changed, for people. Says the same as `changes.json`. */
export function releaseNotes(changes: ReleaseChanges, description: string): string {
  const { name, number, version, previous, images, flows } = changes;
  const lines = [`# ${name} ${version} (release ${number})`, '', description, ''];
  if (previous === null) {
    lines.push(firstWords(number), '');
    for (const image of images) lines.push(`- image ${image.name}`);
    return `${lines.join('\n').trimEnd()}\n`;
  }
  lines.push(
    `What changed since ${previous.version} (release ${previous.number}, manifest sha256 ${previous.manifest}).`,
  );
  if (flows !== null) lines.push('', '## Who may reach whom', '', ...flowLines(flows));
  for (const image of images) lines.push('', `## ${image.name}`, '', ...imageLines(image));
  return `${lines.join('\n')}\n`;
}

function flowLines({ opens, closes, moves }: FlowChanges): string[] {
  const lines = [
    ...opens.map((words) => `- opened: ${words}`),
    ...closes.map((words) => `- closed: ${words}`),
    ...moves.map((words) => `- moved: ${words}`),
  ];
  return lines.length > 0 ? lines : ['Nothing was opened and nothing was closed.'];
}

function imageLines({ change, packages, sizes, unit }: ImageChanges): string[] {
  if (change === 'added') return ['New.'];
  if (change === 'removed') return ['No longer part of the release.'];
  if (change === 'same') return ['The same bytes.'];
  const lines = [
    ...packages.map(packageLine),
    ...unit.map(({ kind, name, change }) => `- ${kind} ${name}: ${change}`),
    ...sizes.map(({ part, from, to }) => `- ${part}: ${size(from)} → ${size(to)}`),
  ];
  return lines.length > 0 ? lines : ['Other bytes, of the same packages and sizes.'];
}

/** Of a release that is compared with none. Also for the page. */
export function firstWords(number: number): string {
  return number === 1
    ? 'The first release: there is none to compare it with.'
    : 'Compared with no other release.';
}

/** Also for the page. */
export function packageWords({ name, from, to }: PackageChange): string {
  if (from === null) return `${name} ${to} added`;
  if (to === null) return `${name} ${from} removed`;
  return from === to ? `${name} ${to}: other bytes` : `${name} ${from} → ${to}`;
}

function packageLine(change: PackageChange): string {
  return `- ${packageWords(change)}`;
}

function size(bytes: number | null): string {
  return bytes === null ? 'none' : `${(bytes / mebibyte).toFixed(2)} MiB (${bytes} bytes)`;
}

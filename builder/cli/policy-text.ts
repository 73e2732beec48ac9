import type { PolicyDiff } from '../../openwrt/policy/diff/policy-diff.ts';
import type { Explanation } from '../../openwrt/policy/explain/explain-packet.ts';
import { policyMatrix } from '../../openwrt/policy/matrix.ts';
import type { Origin, Policy } from '../../openwrt/policy/policy.ts';
import { policyInWords } from '../../openwrt/policy/words.ts';
import { formatTable } from './format.ts';
import type { Paint } from './paint.ts';

/** With more boards a terminal has no room for the matrix. */
const mostBoards = 10;

/** @param place writes where the cluster's file says something */
export function policyLines(policy: Policy, color: Paint, place: (origin: Origin) => string): string[] {
  const words = policyInWords(policy).map(
    ({ text, origin }) => `  ${text}${origin === null ? '' : `  ${color.dim(place(origin))}`}`,
  );
  return [
    color.bold(`${policy.cluster}: what is not named here is dropped`),
    ...words,
    ...matrixLines(policy, color),
  ];
}

function matrixLines(policy: Policy, color: Paint): string[] {
  if (policy.boards.length > mostBoards) return [];
  const { ends, cells } = policyMatrix(policy);
  const shown = ends.filter(({ kind }) => kind !== 'router');
  const rows = shown.map((from) => [
    from.name,
    ...shown.map((to) => {
      if (from === to) return '-';
      const grants = cells.find((cell) => cell.from === from.name && cell.to === to.name)?.grants ?? [];
      return grants.map(({ label }) => label).join(' ') || '.';
    }),
  ]);
  const table = formatTable([['from \\ to', ...shown.map(({ name }) => name)], ...rows]);
  return ['', ...table.map((line, index) => `  ${index === 0 ? color.bold(line) : line}`)];
}

export function fileLines(files: Readonly<Record<string, string>>, color: Paint): string[] {
  return Object.entries(files).flatMap(([path, text]) => ['', color.bold(`# ${path}`), text.trimEnd()]);
}

export function diffLines({ opens, closes, moves }: PolicyDiff, color: Paint): string[] {
  const part = (title: string, lines: readonly string[], mark: string, paint: (text: string) => string) =>
    lines.length === 0 ? [] : [color.bold(title), ...lines.map((line) => paint(`  ${mark} ${line}`))];
  const lines = [
    ...part('opens', opens, '+', color.red),
    ...part('closes', closes, '-', color.green),
    ...part('boards and links', moves, '~', color.yellow),
  ];
  return lines.length === 0 ? ['both let the same pass'] : lines;
}

export function explanationLines(
  { verdict, because, decidedBy, nearest }: Explanation,
  color: Paint,
  place: (origin: Origin) => string,
): string[] {
  return [
    `${verdict === 'passes' ? color.green('passes') : color.red('dropped')}: ${because}`,
    ...(decidedBy === null ? [] : [`  decided by ${decidedBy.id}, ${place(decidedBy.origin)}`]),
    ...(nearest === null ? [] : [`  nearest: ${nearest.text} (${nearest.id}, ${place(nearest.origin)})`]),
  ];
}

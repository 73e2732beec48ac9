import type { ByteDifference, Change, FileChange, ImageDifference } from '../inspect/image-difference.ts';
import type { ReportedComponent, ReportedFile, ReportedPart } from '../inspect/image-report.ts';
import { formatBytes, formatTable } from './format.ts';

/** A difference as lines for a person. */
export function differenceLines(difference: ImageDifference): string[] {
  const { same, parts, files, components, settings, bytes } = difference;
  if (same && components.length === 0) return ['the two images are the same, bit for bit'];
  return [
    ...section('Parts', parts.map(partRow)),
    ...section('Files', files.map(fileRow)),
    ...section('Components', components.map(componentRow)),
    ...section(
      'Kernel and daemon',
      settings.map(({ name, from, to }) => ['~', name, `${from ?? '(not set)'} → ${to ?? '(not set)'}`]),
    ),
    ...section('First byte that differs in each part', bytes.map(byteRow)),
    ...(same ? ['the two images are the same, bit for bit'] : []),
  ];
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [title, ...formatTable(rows).map((row) => `  ${row}`), ''];
}

function sign({ from, to }: Change<unknown>): string {
  return from === null ? '+' : to === null ? '-' : '~';
}

function partRow(change: Change<ReportedPart>): string[] {
  const { name, from, to } = change;
  const facts: [string, (part: ReportedPart) => string][] = [
    ['at', ({ offset }) => formatBytes(offset)],
    ['size', ({ size }) => formatBytes(size)],
    ['used', ({ used }) => `${used} B`],
    ['content', ({ content, bootable }) => (bootable ? `${content}, booted` : content)],
    ['uuid', ({ uuid }) => uuid ?? '-'],
    ['sha256', ({ sha256 }) => sha256.slice(0, 12)],
  ];
  return [sign(change), name, changedFacts(facts, from, to)];
}

function fileRow(change: FileChange): string[] {
  const { name, from, to, offset } = change;
  const facts: [string, (file: ReportedFile) => string][] = [
    ['type', ({ type }) => type],
    ['mode', ({ mode }) => (mode === null ? '-' : mode.toString(8).padStart(4, '0'))],
    ['owner', ({ uid, gid }) => `${uid}:${gid}`],
    ['size', ({ size }) => `${size} B`],
    ['stored', ({ stored }) => `${stored} B`],
    ['target', ({ target }) => target],
    ['sha256', ({ sha256 }) => sha256?.slice(0, 12) ?? '-'],
  ];
  const place = offset === null ? '' : `, from byte ${offset} on`;
  return [sign(change), name, `${changedFacts(facts, from, to)}${place}`];
}

function componentRow(change: Change<ReportedComponent>): string[] {
  const facts: [string, (component: ReportedComponent) => string][] = [
    ['version', ({ version }) => version],
    ['licence', ({ licence }) => licence ?? '-'],
    ['purl', ({ purl }) => purl ?? '-'],
  ];
  return [sign(change), change.name, changedFacts(facts, change.from, change.to)];
}

/** The facts of one thing, or those that are others afterwards. */
function changedFacts<Thing>(
  facts: readonly (readonly [string, (thing: Thing) => string])[],
  from: Thing | null,
  to: Thing | null,
): string {
  if (from === null || to === null) {
    const thing = (from ?? to)!;
    return facts.flatMap(([name, say]) => (say(thing) === '' ? [] : `${name} ${say(thing)}`)).join(', ');
  }
  return facts
    .filter(([, say]) => say(from) !== say(to))
    .map(([name, say]) => `${name} ${say(from)} → ${say(to)}`)
    .join(', ');
}

function byteRow({ part, imageOffset, partOffset, count, files }: ByteDifference): string[] {
  const where = files.length === 0 ? 'in none of its files' : `in ${files.join(', ')}`;
  return [part, `byte ${partOffset} (${imageOffset} of the image)`, where, `${count} bytes differ`];
}

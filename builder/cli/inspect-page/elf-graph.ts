import type { ReportedElf } from '../../inspect/image-report.ts';
import { html, type Markup } from './markup.ts';

const rowHeight = 30;
/** Room for arcs, left of the names. */
const gutter = 86;
const width = 420;

/** Every ELF file in a row, what is loaded below what loads it, and an arc for each "needs": readable on any width. */
export function elfGraph(elf: readonly ReportedElf[]): Markup {
  const rows = inLoadOrder(elf);
  const place = new Map(rows.map(({ path }, index) => [path, index]));
  const y = (index: number): number => 18 + index * rowHeight;
  const edges = rows.flatMap(({ path, needs, interpreter }) =>
    [...new Set([...needs.map((need) => need.path), interpreter])]
      .filter((target) => target !== null && place.has(target) && target !== path)
      .map((target) => ({ from: place.get(path)!, to: place.get(target!)! })),
  );
  return html`<svg viewBox="0 0 ${width} ${y(rows.length - 1) + 22}" style="max-width: 620px" role="img" aria-label="Which file loads which">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="var(--faint)"/></marker></defs>${edges.map(
    ({ from, to }) => {
      const reach = Math.min(gutter - 10, 16 + Math.abs(to - from) * 15);
      const [x, start, end] = [gutter - 8, y(from), y(to)];
      return html`<path class="edge" marker-end="url(#arrow)" d="M${x} ${start}C${x - reach} ${start} ${x - reach} ${end} ${x} ${end}"/>`;
    },
  )}${rows.map(
    ({ path, role }, index) =>
      html`<circle class="node" cx="${gutter}" cy="${y(index)}" r="${role === 'program' ? 5 : 3.5}"/><text class="node" x="${gutter + 12}" y="${y(index) + 4}" font-size="12.5"${
        role === 'program' ? html` font-weight="600"` : null
      }>${path}</text>`,
  )}</svg>`;
}

/** Programs first, each file before what it needs as far as there is no circle. */
function inLoadOrder(elf: readonly ReportedElf[]): ReportedElf[] {
  const byPath = new Map(elf.map((file) => [file.path, file]));
  const finished: ReportedElf[] = [];
  const seen = new Set<string>();
  const visit = (file: ReportedElf): void => {
    if (seen.has(file.path)) return;
    seen.add(file.path);
    for (const { path } of file.needs) {
      const needed = path === null ? undefined : byPath.get(path);
      if (needed !== undefined) visit(needed);
    }
    finished.unshift(file);
  };
  const order = [...elf].sort(
    (a, b) => Number(a.role === 'program') - Number(b.role === 'program') || (a.path < b.path ? 1 : -1),
  );
  for (const file of order) visit(file);
  return finished;
}

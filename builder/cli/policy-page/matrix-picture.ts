import type { Grant, Matrix, MatrixEnd } from '../../../openwrt/policy/matrix.ts';
import { html, Markup } from '../inspect-page/markup.ts';

/** Sizes in the picture's own units; a letter of the font takes about `letter`. */
const cell = { width: 92, line: 15, padding: 7 };
const letter = 6.6;
const shownInCell = 4;
const lettersInCell = Math.floor((cell.width - 2 * cell.padding) / letter);

/** For a page of another colour, and for a viewer that knows of dark ones. */
const style = `text{font:12px system-ui,"DejaVu Sans",sans-serif;fill:#1c2025}.h{font-weight:600}.f{fill:#5c6570}.b{fill:#fff}.l{stroke:#dde0e4}.s{fill:#e4e7ea}.g{fill:#dbe8f6}
@media(prefers-color-scheme:dark){text{fill:#e7e9ec}.f{fill:#9ba4ae}.b{fill:#1c2025}.l{stroke:#343b43}.s{fill:#2b3138}.g{fill:#1e3b58}}`;

/** The matrix of a policy as one SVG: who (rows) may open connections to whom (columns). The same policy gives the same bytes. */
export function matrixPicture({ ends, cells }: Matrix, title: string): string {
  const grants = new Map(cells.map(({ from, to, grants }) => [`${from}\n${to}`, grants]));
  const names = ends.map(endName);
  const left = Math.ceil(Math.max(...names.map((name) => name.length), 10) * (letter + 0.8)) + 16;
  const top = 34;
  const rows = ends.map((from) => {
    const most = Math.max(1, ...ends.map((to) => lines(grants.get(`${from.name}\n${to.name}`)).length));
    return { from, height: most * cell.line + 2 * cell.padding };
  });
  const width = left + ends.length * cell.width;
  const height = top + rows.reduce((sum, row) => sum + row.height, 0);
  let y = top;
  const drawn: Markup[] = [];
  for (const [index, { from, height: rowHeight }] of rows.entries()) {
    drawn.push(html`<text class="h" x="8" y="${y + cell.padding + 11}">${names[index]!}</text>`);
    for (const [column, to] of ends.entries()) {
      const x = left + column * cell.width;
      drawn.push(drawCell({ x, y, height: rowHeight }, from, to, grants.get(`${from.name}\n${to.name}`)));
    }
    drawn.push(html`<path class="l" d="M0 ${y}H${width}"/>`);
    y += rowHeight;
  }
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}"><title>${title}</title><style>${new Markup(style)}</style><rect class="b" width="${width}" height="${height}"/><text class="f" x="8" y="21">from ↓ to →</text>${names.map(
    (name, column) =>
      html`<text class="h" x="${left + column * cell.width + cell.padding}" y="21">${short(name)}</text>`,
  )}${drawn}</svg>
`.text;
}

function drawCell(
  { x, y, height }: { readonly x: number; readonly y: number; readonly height: number },
  from: MatrixEnd,
  to: MatrixEnd,
  grants: readonly Grant[] | undefined,
): Markup {
  const words = lines(grants);
  if (words.length === 0) {
    const own = from.name === to.name;
    return own
      ? html`<rect class="s" x="${x}" y="${y}" width="${cell.width}" height="${height}"/>`
      : html`<text class="f" x="${x + cell.padding}" y="${y + cell.padding + 11}">·</text>`;
  }
  const tip = (grants ?? []).map(({ label, ports }) => `${label} ${ports}`.trim()).join(', ');
  return html`<g><title>${from.name} → ${to.name}: ${tip}</title><rect class="g" x="${x + 2}" y="${y + 2}" width="${cell.width - 4}" height="${height - 4}" rx="5"/>${words.map(
    (word, index) =>
      html`<text x="${x + cell.padding}" y="${y + cell.padding + 11 + index * cell.line}">${word}</text>`,
  )}</g>`;
}

/** What stands in a cell; what has no room is in the tip. */
function lines(grants: readonly Grant[] = []): string[] {
  const words = grants.map(({ label }) => short(label));
  return words.length <= shownInCell
    ? words
    : [...words.slice(0, shownInCell - 1), `and ${words.length - shownInCell + 1} more`];
}

function short(text: string): string {
  return text.length <= lettersInCell ? text : `${text.slice(0, lettersInCell - 1)}…`;
}

function endName({ name, kind, boards }: MatrixEnd): string {
  return kind === 'group' ? `${name} (${boards})` : name;
}

import { type HierarchyRectangularNode, hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { ReportedFile } from '../../inspect/image-report.ts';
import { formatBytes } from '../format.ts';
import { html, type Markup } from './markup.ts';

interface Cell {
  readonly name: string;
  readonly bytes?: number;
  readonly place?: string;
  readonly children?: readonly Cell[];
}

export interface TreemapSize {
  readonly width: number;
  readonly height: number;
}

/** About how wide a character of a label is, in ems of a sans-serif font. */
const characterWidth = 0.56;

/**
 * Squarified treemap (Bruls, Huizing and van Wijk) of what files take on the card, a group for each place.
 * @param colourOf the CSS colour of a place
 */
export function treemapSvg(
  files: readonly ReportedFile[],
  { width, height }: TreemapSize,
  colourOf: (place: string) => string,
): Markup {
  const root = hierarchy<Cell>(cells(files), ({ children }) => children)
    .sum(({ bytes = 0 }) => bytes)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0) || (a.data.name < b.data.name ? -1 : 1));
  const drawn = treemap<Cell>().size([width, height]).tile(treemapSquarify).paddingInner(2).round(true)(root);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="What files take on the card">${drawn
    .leaves()
    .filter((leaf) => leaf.x1 > leaf.x0 && leaf.y1 > leaf.y0)
    .map((leaf) => cell(leaf, colourOf(leaf.data.place ?? '')))}</svg>`;
}

/** An archive stands for what is in it, so it is not counted itself. */
function cells(files: readonly ReportedFile[]): Cell {
  const places = [...new Set(files.map(({ place }) => place))];
  const archives = new Set(places.filter((place) => place.includes(':')));
  return {
    name: '',
    children: places.map((place) => ({
      name: place,
      children: files
        .filter((file) => file.place === place && file.type === 'file' && file.stored > 0)
        .filter(({ path }) => !archives.has(`${place}:${path}`))
        .map(({ path, stored }) => ({ name: path, bytes: stored, place })),
    })),
  };
}

function cell(leaf: HierarchyRectangularNode<Cell>, colour: string): Markup {
  const { name, bytes = 0, place = '' } = leaf.data;
  const [width, height] = [leaf.x1 - leaf.x0, leaf.y1 - leaf.y0];
  return html`<g><title>${place} ${name}: ${formatBytes(bytes)}</title><rect class="cell" x="${leaf.x0}" y="${
    leaf.y0
  }" width="${width}" height="${height}" rx="2" fill="${colour}"/>${label(leaf, name.replace(/^.*\//, ''), formatBytes(bytes))}</g>`;
}

function label(leaf: HierarchyRectangularNode<Cell>, name: string, size: string): Markup | null {
  const [width, height] = [leaf.x1 - leaf.x0 - 12, leaf.y1 - leaf.y0];
  const font = width > 150 && height > 50 ? 14 : 12;
  const fits = Math.floor(width / (font * characterWidth));
  if (height < font + 8 || fits < 5) return null;
  const short = name.length <= fits ? name : `${name.slice(0, fits - 1)}…`;
  const [x, y] = [leaf.x0 + 7, leaf.y0 + font + 5];
  const second = height > 2.6 * font + 8 && size.length <= fits;
  return html`<text class="cell-label" x="${x}" y="${y}" font-size="${font}">${short}${
    second && html`<tspan x="${x}" dy="1.35em" opacity=".8">${size}</tspan>`
  }</text>`;
}

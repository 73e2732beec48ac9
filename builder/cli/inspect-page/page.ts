import type { ImageReport, ReportedPart } from '../../inspect/image-report.ts';
import { formatBytes } from '../format.ts';
import { elfGraph } from './elf-graph.ts';
import { html, Markup } from './markup.ts';
import { placeColours, style } from './style.ts';
import { componentTable, fileTable, valueTable } from './tables.ts';
import { treemapSvg } from './treemap.ts';

/** Nothing is loaded and nothing is run: what an image holds cannot do anything in a page about it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

/** A report as one HTML file that needs no network. The same report gives the same bytes. */
export function inspectPage(report: ImageReport): string {
  const { image, parts, files, elf, boot, description, components } = report;
  const places = [...new Set(files.map(({ place }) => place))];
  const names = [...new Set([...parts.map(({ name }) => name), ...places])];
  const colourOf = (name: string): string => `var(--c${Math.max(0, names.indexOf(name)) % placeColours})`;
  const used = parts.reduce((sum, part) => sum + part.used, 0);
  const content = files.filter(({ type }) => type === 'file');
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${image.file}</title><style>${new Markup(style)}</style></head><body><main>
<h1>${image.file}</h1>
${description !== null && html`<p>Recipe <b>${description.recipe}</b> for board <b>${description.board}</b>, inputs locked on ${description.date}</p>`}
<p class="mono faint">sha256 ${image.sha256}</p>
<div class="tiles">${[
    tile(formatBytes(image.size), 'the image'),
    tile(formatBytes(used), 'of it used'),
    tile(String(content.length), 'files'),
    tile(String(elf.filter(({ role }) => role === 'program').length), 'programs in the root'),
    tile(String(elf.filter(({ role }) => role === 'library').length), 'libraries in the root'),
    tile(components === null ? '–' : String(components.length), 'components'),
  ]}</div>
<section><h2>On the card</h2>${partitionMap(parts, image.size, colourOf)}${partTable(parts, colourOf)}</section>
<section><h2>What takes room</h2><p class="faint">Area is what a file takes on the card, packed as it is there.</p>
<div class="wide">${treemapSvg(files, { width: 1160, height: 420 }, colourOf)}</div>
<div class="narrow">${treemapSvg(files, { width: 350, height: 460 }, colourOf)}</div>
<div class="legend">${places.map((place) => html`<span>${swatch(colourOf(place))}${place}</span>`)}</div></section>
<section><h2>Programs and what they load</h2>${elf.length === 0 ? html`<p>There are none.</p>` : elfGraph(elf)}${missing(report)}</section>
<section><h2>Kernel</h2><p>${boot.kernelRelease ?? 'Of unknown version'}, booted from slot ${boot.slot}. It is told:</p>
<ul class="chips mono">${boot.commandLine.split(' ').map((word) => html`<li>${word}</li>`)}</ul>
${boot.modules.length > 0 && html`<p>Modules in the initramfs:</p><ul class="chips mono">${boot.modules.map((name) => html`<li>${name}</li>`)}</ul>`}
${
  boot.kernelOptions === null
    ? html`<p class="faint">It does not carry its configuration.</p>`
    : html`<details><summary>${Object.keys(boot.kernelOptions).length} options are set</summary>${valueTable(boot.kernelOptions)}</details>`
}</section>
<section><h2>What the daemon may do</h2>${
    description === null
      ? html`<p class="faint">The image does not say.</p>`
      : html`<p class="faint">As the image says of itself (boardsmith.json on its boot partition).</p>${valueTable(description.cage)}`
  }</section>
<section><h2>Components</h2>${
    components === null
      ? html`<p class="faint">No SBOM lies beside the image.</p>`
      : componentTable(components)
  }</section>
<section><h2>Files</h2>${places.map((place, index) => {
    const inPlace = files.filter((file) => file.place === place);
    return html`<details${index === places.length - 1 && html` open`}><summary>${swatch(colourOf(place))}${place} <span class="faint">(${inPlace.length})</span></summary>${fileTable(inPlace)}</details>`;
  })}</section>
<footer>Written by boardsmith inspect, from the image's own bytes.</footer>
</main></body></html>
`;
  return page.text;
}

function tile(value: string, what: string): Markup {
  return html`<div class="tile"><b>${value}</b><span>${what}</span></div>`;
}

function swatch(colour: string): Markup {
  return html`<i class="swatch" style="--colour: ${colour}"></i>`;
}

/** To scale: a part is as wide as its share of the image, and filled as far as it is used. */
function partitionMap(
  parts: readonly ReportedPart[],
  size: number,
  colourOf: (name: string) => string,
): Markup {
  const percent = (bytes: number, of: number): string => ((100 * bytes) / of).toFixed(3);
  let end = 0;
  const drawn = parts.map((part) => {
    const gap = part.offset - end;
    end = part.offset + part.size;
    const share = part.size / size;
    const filled = part.used / part.size > 0.35;
    return html`${gap > 0 && html`<div style="flex: 0 0 ${percent(gap, size)}%; --colour: transparent"></div>`}<div${
      filled && html` class="filled"`
    } title="${part.name}: ${formatBytes(part.size)}, used ${formatBytes(part.used)}" style="flex: 0 0 ${percent(part.size, size)}%; --colour: ${colourOf(part.name)}"><i style="width: ${percent(part.used, part.size)}%"></i>${
      share > 0.06 && html`<span class="wide">${part.name}</span>`
    }</div>`;
  });
  return html`<div class="map">${drawn}</div><div class="scale"><span>0</span><span>${formatBytes(size)}</span></div>`;
}

function partTable(parts: readonly ReportedPart[], colourOf: (name: string) => string): Markup {
  return html`<div class="scroll"><table class="parts"><thead><tr><th>part</th><th>content</th><th class="number at">at</th><th class="number">size</th><th class="number">used</th></tr></thead><tbody>${parts.map(
    ({ name, content, bootable, offset, size, used }) =>
      html`<tr><td class="nowrap">${swatch(colourOf(name))}${name}</td><td class="nowrap">${content}${bootable && ', booted'}</td><td class="number at">${formatBytes(offset)}</td><td class="number">${formatBytes(size)}</td><td class="number">${formatBytes(used)}</td></tr>`,
  )}</tbody></table></div>`;
}

function missing({ elf }: ImageReport): Markup | null {
  const absent = elf.flatMap(({ path, needs }) =>
    needs.filter((need) => need.path === null).map(({ library }) => `${path} needs ${library}`),
  );
  return absent.length === 0 ? null : html`<p>Not in the image: ${absent.join('; ')}</p>`;
}

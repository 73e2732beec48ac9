import type { ImageReport, ReportedFile } from '../../inspect/image-report.ts';
import { formatBytes } from '../format.ts';
import { html, type Markup } from './markup.ts';

export function fileTable(files: readonly ReportedFile[]): Markup {
  return html`<div class="scroll"><table><thead><tr><th>path</th><th class="number">size</th><th class="number">stored</th><th>mode</th><th>sha256</th></tr></thead><tbody>${files.map(
    ({ path, type, size, stored, mode, target, sha256 }) =>
      html`<tr><td class="path mono">${path}${target !== '' && ` → ${target}`}</td><td class="number">${
        type === 'file' ? formatBytes(size) : type
      }</td><td class="number">${type === 'file' && formatBytes(stored)}</td><td class="mono">${
        mode === null ? '' : mode.toString(8).padStart(4, '0')
      }</td><td class="mono nowrap" title="${sha256}">${sha256?.slice(0, 16)}</td></tr>`,
  )}</tbody></table></div>`;
}

export function componentTable(components: NonNullable<ImageReport['components']>): Markup {
  return html`<div class="scroll"><table><thead><tr><th>name</th><th>version</th><th>licence</th><th>package URL</th></tr></thead><tbody>${components.map(
    ({ name, version, licence, purl }) =>
      html`<tr><td class="nowrap">${name}</td><td class="nowrap">${version}</td><td>${licence}</td><td class="mono">${purl}</td></tr>`,
  )}</tbody></table></div>`;
}

/** A table of names and values. */
export function valueTable(values: Readonly<Record<string, unknown>>): Markup {
  return html`<div class="scroll"><table><tbody>${Object.entries(values).map(
    ([name, value]) => html`<tr><th>${name}</th><td class="mono wraps">${inWords(value)}</td></tr>`,
  )}</tbody></table></div>`;
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inWords).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

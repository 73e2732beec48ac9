import { html, type Markup } from './markup.ts';

/** Tabs would be escaped, as every control character is. */
const tab = '    ';

/** Lines one below the other: line breaks of a text are escaped too. */
export function preformatted(lines: readonly string[]): Markup {
  return html`<pre>${lines.map((line) => html`${line.replaceAll('\t', tab)}\n`)}</pre>`;
}

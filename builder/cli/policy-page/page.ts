import { byNumberedName, policyMatrix } from '../../../openwrt/policy/matrix.ts';
import type { BoardLink, Policy } from '../../../openwrt/policy/policy.ts';
import { policyInWords } from '../../../openwrt/policy/words.ts';
import { html, Markup } from '../inspect-page/markup.ts';
import { preformatted } from '../inspect-page/preformatted.ts';
import { matrixTable } from './matrix-table.ts';
import { style } from './style.ts';

/** With more boards, groups of one name are rows and columns. */
const mostBoards = 40;

/** Characters of a file: 256 boards that all reach each other have 37 million, which no browser shows. */
const mostShown = 500_000;

/** Nothing is loaded and nothing is run. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** A policy as one HTML file that needs no network. The same policy gives the same bytes. @param files what is made of it, by path */
export function policyPage(
  policy: Policy,
  description: string,
  files: Readonly<Record<string, string>>,
): string {
  const { boards, flows, forwards, router, uplink } = policy;
  const matrix = policyMatrix(policy, mostBoards);
  const pairs = new Set(flows.map(({ from, to }) => `${from.name} ${to.kind === 'board' ? to.name : '→'}`));
  const possible = boards.length * (boards.length - 1 + (uplink === null ? 0 : 1));
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<title>${policy.cluster}: who may reach whom</title><style>${new Markup(style)}</style></head><body><main>
<h1>${policy.cluster}</h1><p class="lead faint">${description}</p>
<div class="tiles">${[
    tile(boards.length, boards.length === 1 ? 'board' : 'boards, each a segment of its own'),
    tile(`${pairs.size} of ${possible}`, 'ways between boards and out are open'),
    tile(forwards.length, forwards.length === 1 ? 'port forwarded' : 'ports forwarded'),
    tile(router.management.length, 'ways to log into the router'),
  ]}</div>
<section><h2>Who may reach whom</h2><p class="faint">A row opens connections to a column; answers come back, nothing else. Whatever is not named is dropped.</p>
${matrixTable(matrix)}</section>
<section><h2>In words</h2><ul class="words">${policyInWords(policy).map(
    ({ text, origin }) =>
      html`<li><span>${text}</span>${origin === null ? html`<code>by recipe</code>` : html`<code>${origin.file}:${origin.line}</code>`}</li>`,
  )}</ul></section>
<section><h2>Segments</h2><div class="scroll"><table class="plain"><thead><tr><th>board</th><th>port</th><th>MAC address</th><th>IPv4</th><th>router there</th><th>IPv6</th></tr></thead><tbody>${[
    ...boards,
  ]
    .sort(byNumberedName)
    .map(segmentRow)}</tbody></table></div></section>
<section><h2>What is made of it</h2>${Object.entries(files).map(
    ([path, text]) =>
      html`<details><summary class="mono">${path}</summary>${preformatted(shownLines(text))}${
        text.length > mostShown &&
        html`<p class="faint">The rest is not shown: boardsmith policy ${policy.cluster} --out DIR writes all of it.</p>`
      }</details>`,
  )}</section>
<footer>Made by boardsmith policy from ${policy.cluster}.yaml.</footer>
</main></body></html>
`;
  return page.text;
}

/** Whole lines from its beginning. */
function shownLines(text: string): string[] {
  const shown = text.length <= mostShown ? text : text.slice(0, text.lastIndexOf('\n', mostShown) + 1);
  return shown.replace(/\n$/, '').split('\n');
}

function tile(value: string | number, label: string): Markup {
  return html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
}

function segmentRow({ name, device, mac, ipv4, ipv6 }: BoardLink): Markup {
  return html`<tr><td>${name}</td><td class="mono">${device}</td><td class="mono">${mac}</td><td class="mono">${ipv4.board}/${ipv4.prefixLength}</td><td class="mono">${ipv4.router}</td><td class="mono">${
    ipv6 === null ? html`<span class="faint">dropped</span>` : `${ipv6.board}/${ipv6.prefixLength}`
  }</td></tr>`;
}

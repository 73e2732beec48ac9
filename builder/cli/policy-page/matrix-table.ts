import type { Grant, Matrix, MatrixEnd } from '../../../openwrt/policy/matrix.ts';
import { html, type Markup } from '../inspect-page/markup.ts';
import { serviceColours } from './style.ts';

/** With more columns, cells are too narrow for words: they are in the tips then. */
const mostWideColumns = 12;
/** With more columns, a chip has a line for its ports. */
const mostRoomyColumns = 7;

/** Who may open connections (rows) to whom (columns). */
export function matrixTable({ ends, cells }: Matrix): Markup {
  const labels = serviceLabels({ ends, cells });
  const dense = ends.length > mostWideColumns;
  const edge = ends.findIndex(({ kind }) => kind === 'uplink' || kind === 'router');
  const grants = new Map(cells.map(({ from, to, grants }) => [`${from}\n${to}`, grants]));
  return html`<div class="scroll"><table class="matrix${dense ? ' dense' : ends.length > mostRoomyColumns ? ' tight' : ''}"><thead><tr><th>from ↓ to →</th>${ends.map(
    (end, column) => html`<th scope="col"${column === edge && html` class="edge"`}>${endName(end)}</th>`,
  )}</tr></thead><tbody>${ends.map(
    (from, row) =>
      html`<tr${row === edge && html` class="edge"`}><th scope="row">${endName(from)}</th>${ends.map(
        (to, column) => cell(from, to, grants.get(`${from.name}\n${to.name}`) ?? [], labels, column === edge),
      )}</tr>`,
  )}</tbody></table></div><div class="legend">${labels.map(
    (label, index) => html`<span style="${colour(index)}"><i class="dot"></i>${label}</span>`,
  )}<span style="${colour(null)}"><i class="dot"></i>of the router itself</span><span class="faint">· dropped</span></div>`;
}

function cell(
  from: MatrixEnd,
  to: MatrixEnd,
  grants: readonly Grant[],
  labels: readonly string[],
  edge: boolean,
): Markup {
  const self = from.name === to.name && grants.length === 0;
  const names = [edge && 'edge', self && 'self', !self && grants.length === 0 && 'none'].filter(
    (name) => name !== false,
  );
  const tip = grants.length === 0 ? (self ? '' : `${from.name} may not reach ${to.name}`) : '';
  return html`<td${names.length > 0 && html` class="${names.join(' ')}"`}${tip !== '' && html` title="${tip}"`}>${grants.map(
    (grant) =>
      html`<span class="chip" style="${colour(isOwn(from, to) ? null : labels.indexOf(kindOf(grant)))}" title="${grantTip(from, to, grant)}">${grant.label}${
        grant.ports !== '' && html`<i>${grant.ports}</i>`
      }${details(grant).length > 0 && html`<u>${details(grant).join(' · ')}</u>`}</span>`,
  )}</td>`;
}

function details({ only, rate, families }: Grant): string[] {
  return [
    ...(only === '' ? [] : [only]),
    ...(rate === null ? [] : [`≤ ${rate.perSecond}/s`]),
    ...(families.length === 1 ? [families[0] === 'ipv4' ? 'IPv4' : 'IPv6'] : []),
  ];
}

function grantTip(from: MatrixEnd, to: MatrixEnd, grant: Grant): string {
  const { label, ports, line } = grant;
  const what = [label, ports, ...details(grant)].filter((part) => part !== '').join(', ');
  return `${from.name} → ${to.name}: ${what}${line === null ? '' : ` (line ${line})`}`;
}

/** What has one colour: the same service everywhere. */
function serviceLabels({ cells }: Matrix): string[] {
  const between = cells.filter(({ from, to }) => from !== 'router' && to !== 'router');
  return [...new Set(between.flatMap(({ grants }) => grants.map(kindOf)))].sort();
}

/** What the router serves and asks itself is in grey: it stands in every cluster. */
function isOwn(from: MatrixEnd, to: MatrixEnd): boolean {
  return from.kind === 'router' || to.kind === 'router';
}

function kindOf({ label }: Grant): string {
  return label.startsWith('port ') ? 'forwarded port' : label;
}

function colour(index: number | null): string {
  const number = index === null ? serviceColours : index % serviceColours;
  return `--b: var(--b${number}); --f: var(--f${number})`;
}

function endName({ name, kind, boards }: MatrixEnd): string {
  return kind === 'group' ? `${name} (${boards})` : name;
}

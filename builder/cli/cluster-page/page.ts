import {
  type ClusterReport,
  failuresOf,
  holds,
  type MachineReport,
  meetings,
  type ScenarioReport,
  trialCount,
} from '../../../qemu/cluster/cluster-report.ts';
import { isAsExpected, type Trial, trialText } from '../../../qemu/cluster/trial.ts';
import { timelineChart } from '../../../qemu/timeline.ts';
import { formatSeconds } from '../format.ts';
import { html, Markup } from '../inspect-page/markup.ts';
import { preformatted } from '../inspect-page/preformatted.ts';
import { style } from '../inspect-page/style.ts';

/** Nothing is loaded and nothing is run: consoles hold what daemons wrote. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

const ownStyle = `
.matrix td, .matrix th { text-align: center; padding: 6px 10px; white-space: nowrap; }
.matrix th:first-child { text-align: right; }
.good { background: color-mix(in srgb, var(--c2) 20%, transparent); }
.bad { background: color-mix(in srgb, #c0392b 45%, transparent); font-weight: 600; }
.shut { color: var(--faint); }
pre { overflow-x: auto; font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; max-height: 480px; }
.verdict { font-size: 19px; font-weight: 600; }
`;

/** Failures that the page lists one by one; the report's other forms have all. */
const listed = 200;

/** What a test of a cluster came to as one HTML file that needs no network. The same report gives the same bytes. */
export function clusterPage(report: ClusterReport): string {
  const { cluster, scenarios, machines, broken } = report;
  const failures = failuresOf(report);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<title>Test of ${cluster}</title><style>${new Markup(style + ownStyle)}</style></head><body><main>
<h1>Test of the cluster ${cluster}</h1>
<p class="verdict">${holds(report) ? 'The router lets pass what the policy names, and nothing else.' : 'The router does not do what the policy says.'}</p>
<div class="tiles">${[
    tile(String(trialCount(report)), 'things were tried'),
    tile(String(failures.length), 'came otherwise than the policy says'),
    tile(String(scenarios.filter(({ skipped }) => skipped !== null).length), 'scenarios could not be tried'),
    tile(String(machines.length), 'machines ran'),
  ]}</div>
${broken !== null && html`<section><h2>The test did not come to its end</h2>${preformatted(broken.split('\n'))}</section>`}
${
  failures.length > 0 &&
  html`<section><h2>Otherwise than the policy says</h2><ul>${failures
    .slice(0, listed)
    .map((trial) => html`<li class="mono">${trialText(trial)}</li>`)}</ul>${
    failures.length > listed && html`<p>and ${failures.length - listed} more</p>`
  }</section>`
}
<section><h2>Who reached whom</h2><p class="faint">Rows send, columns receive. What passed of what was tried; hover a cell for the flows. In red: what came otherwise than the policy says.</p>${matrix(report)}</section>
${report.boards.length > 1 && groupsOf(report)}
<section><h2>Scenarios</h2><div class="scroll"><table><thead><tr><th>scenario</th><th title="boards that were machines">boards</th><th class="number">tried</th><th class="number">failed</th><th class="number">took</th></tr></thead><tbody>${scenarios.map(scenarioRow)}</tbody></table></div></section>
<section><h2>What was tried, by pair</h2>${pairs(report)}</section>
<section><h2>How the machines started</h2>${machines.map(
    ({ name, group, image, timeline }) =>
      html`<h3>${name} <span class="faint">${image}${report.groups.length > 1 && html`, group ${group}`}</span></h3>${preformatted(timelineChart(timeline).split('\n'))}`,
  )}</section>
<section><h2>Consoles</h2>${machines.map((machine) => consoleOf(machine, report.groups.length > 1))}</section>
<footer>Written by boardsmith test.</footer>
</main></body></html>
`;
  return page.text;
}

function tile(value: string, what: string): Markup {
  return html`<div class="tile"><b>${value}</b><span>${what}</span></div>`;
}

function matrix(report: ClusterReport): Markup {
  const trials = report.scenarios.flatMap((scenario) => scenario.trials);
  const senders = [...report.boards, ...(report.hasUplink ? ['uplink'] : [])];
  const receivers = [...senders, 'router'];
  return html`<div class="scroll"><table class="matrix"><thead><tr><th></th>${receivers.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${senders.map(
    (from) =>
      html`<tr><th>${from}</th>${receivers.map((to) => cell(trials.filter((trial) => trial.from === from && trial.to === to)))}</tr>`,
  )}</tbody></table></div>`;
}

/** Which boards were machines at once: for each two of them the groups, so that a pair that never met shows. */
function groupsOf(report: ClusterReport): Markup {
  const { boards, groups } = report;
  const pairs = meetings(report);
  const met = pairs.filter(({ groups: where }) => where.length > 0).length;
  const where = new Map(
    pairs.map(({ boards: [one, other], groups: numbers }) => [`${one} ${other}`, numbers]),
  );
  return html`<section><h2>Which boards ran at once</h2><p class="faint">${met} of ${pairs.length} pairs of boards were machines at the same time. A cell names the groups in which its two boards were; where a board was no machine, the stage sent and listened in its name.</p><div class="scroll"><table class="matrix"><thead><tr><th></th>${boards.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${boards.map(
    (one) =>
      html`<tr><th>${one}</th>${boards.map((other) => meetingCell(one === other ? null : (where.get(`${one} ${other}`) ?? where.get(`${other} ${one}`)!)))}</tr>`,
  )}</tbody></table></div><ol>${groups.map((group) => html`<li>${group.length === 0 ? 'the router alone' : group.join(', ')}</li>`)}</ol></section>`;
}

function meetingCell(numbers: readonly number[] | null): Markup {
  if (numbers === null) return html`<td class="shut">–</td>`;
  return numbers.length === 0
    ? html`<td class="bad">never</td>`
    : html`<td class="good">${numbers.join(', ')}</td>`;
}

function cell(trials: readonly Trial[]): Markup {
  if (trials.length === 0) return html`<td class="shut">–</td>`;
  const passed = trials.filter(({ observed }) => observed === 'passes').length;
  const flows = [...new Set(trials.flatMap(({ flow }) => flow ?? []))].sort();
  const kind = trials.every(isAsExpected) ? (passed > 0 ? 'good' : 'shut') : 'bad';
  const title = flows.length === 0 ? 'no flow' : flows.join(', ');
  return html`<td class="${kind}" title="${title}">${passed}/${trials.length}</td>`;
}

/** Everything that was tried, folded by who sent it to whom; what was tried of a starting router is told by its scenario's numbers. */
function pairs({ scenarios }: ClusterReport): Markup[] {
  const byPair = new Map<string, Trial[]>();
  for (const trial of scenarios.flatMap(({ trials }) => trials)) {
    if (trial.scenario === 'router-reboots' && isAsExpected(trial)) continue;
    const pair = `${trial.from} to ${trial.to}`;
    byPair.set(pair, [...(byPair.get(pair) ?? []), trial]);
  }
  return [...byPair].map(
    ([pair, trials]) =>
      html`<details><summary>${pair} <span class="faint">(${trials.length})</span></summary><div class="scroll"><table><thead><tr><th>scenario</th><th>what</th><th>how</th><th>flow</th><th>came</th><th>where</th></tr></thead><tbody>${trials.map(
        (trial) =>
          html`<tr${!isAsExpected(trial) && html` class="bad"`}><td class="nowrap">${trial.scenario}</td><td class="mono">${trial.what}</td><td>${trial.means}</td><td class="mono">${trial.flow ?? ''}</td><td>${trial.observed}</td><td>${trial.detail}</td></tr>`,
      )}</tbody></table></div></details>`,
  );
}

function scenarioRow({ title, group, skipped, trials, milliseconds }: ScenarioReport): Markup {
  const failures = trials.filter((trial) => !isAsExpected(trial)).length;
  return html`<tr><td>${title}${skipped !== null && html` <span class="faint">(not tried: ${skipped})</span>`}</td><td class="faint" title="${group.join(', ')}">${group.length}</td><td class="number">${trials.length}</td><td class="number${failures > 0 && html` bad`}">${failures}</td><td class="number">${formatSeconds(milliseconds)}</td></tr>`;
}

function consoleOf({ name, group, command, console }: MachineReport, isOfMany: boolean): Markup {
  return html`<details><summary>${name} <span class="faint">(${isOfMany && `group ${group}, `}${console.length} lines)</span></summary><p class="mono">${command}</p>${preformatted(console)}</details>`;
}

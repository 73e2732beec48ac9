import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkout } from '../support/places.ts';
import { boardsmithFigures } from './boardsmith-figures.ts';
import { burnPage } from './burn-page.ts';
import { changedLine } from './changed-line.ts';
import { debianFigures, whyNoDebian } from './debian-figures.ts';
import type { Figures } from './figures.ts';
import { describeMachine } from './machine-description.ts';
import { measureBurn } from './measure-burn.ts';
import { measureRelease } from './measure-release.ts';
import { measurementsPage } from './measurements-page.ts';
import { releaseTimesPage } from './release-page.ts';
import { measureRouter } from './router-measurements.ts';
import { routerPage } from './router-page.ts';

const usage = `npm run bench -- [--only appliance|router|burn|release] [--write] [--no-debian] [--boots N]

Measures the appliance recipes/cxo beside a plain Debian, the router beside a plain chain of rules, burning beside bmaptool and dd, and what a release takes;
prints a page of Markdown of each.
  --only WHAT  one of the four
  --write      write the pages: docs/measurements.md, docs/measurements-router.md, docs/measurements-burning.md, docs/measurements-releasing.md
  --no-debian  leave the Debian out (the first time takes some seven minutes; it needs root, mmdebstrap and binfmt)
  --boots N    boots of each system (3)`;

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    'no-debian': { type: 'boolean', default: false },
    boots: { type: 'string', default: '3' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const boots = Number(values.boots);
if (!Number.isInteger(boots) || boots < 1) {
  console.error(`--boots ${values.boots} is no whole number from 1\n\n${usage}`);
  process.exit(2);
}

const parts = ['appliance', 'router', 'burn', 'release'];
if (values.only !== undefined && !parts.includes(values.only)) {
  console.error(`--only ${values.only} is none of ${parts.join(', ')}\n\n${usage}`);
  process.exit(2);
}

const said = (what: string): void => console.error(what);
const wanted = (part: string): boolean => values.only === undefined || values.only === part;
if (wanted('appliance')) await show('docs/measurements.md', await appliancePage());
if (wanted('router')) await show('docs/measurements-router.md', routerPage(await measureRouter(boots, said)));
if (wanted('burn')) {
  const figures = await measureBurn(boots, said);
  const date = new Date().toISOString().slice(0, 10);
  await show('docs/measurements-burning.md', burnPage(figures, await describeMachine(), date));
}
if (wanted('release')) {
  const figures = await measureRelease(said);
  const date = new Date().toISOString().slice(0, 10);
  await show('docs/measurements-releasing.md', releaseTimesPage(figures, await describeMachine(), date));
}

async function show(file: string, page: string): Promise<void> {
  if (values.write) await writeFile(join(checkout, file), page);
  console.log(page);
}

async function appliancePage(): Promise<string> {
  said('building and booting the appliance');
  const ours: Figures[] = [];
  for (const board of ['qemu-virt', 'qemu-virt-hardened']) {
    said(`  ${board}`);
    ours.push(await boardsmithFigures(board, boots));
  }
  said('building after a changed line');
  const line = await changedLine(5);
  const reason = values['no-debian'] ? 'it was left out' : await whyNoDebian();
  said(reason === null ? 'making, building and booting a plain Debian' : `no plain Debian: ${reason}`);
  const debian = reason ?? (await debianFigures(boots));
  return measurementsPage({
    date: new Date().toISOString().slice(0, 10),
    machine: await describeMachine(),
    boots,
    ours,
    debian,
    changedLine: line,
  });
}

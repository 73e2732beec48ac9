import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { checkout } from '../support/places.ts';
import { boardsmithFigures } from './boardsmith-figures.ts';
import { changedLine } from './changed-line.ts';
import { debianFigures, whyNoDebian } from './debian-figures.ts';
import type { Figures } from './figures.ts';
import { measurementsPage } from './measurements-page.ts';

const usage = `npm run bench -- [--write] [--no-debian] [--boots N]

Measures the appliance recipes/cxo beside a plain Debian in one run and prints a page of Markdown.
  --write      write it into docs/measurements.md
  --no-debian  leave the Debian out (the first time takes some seven minutes; it needs root, mmdebstrap and binfmt)
  --boots N    boots of each system (3)`;

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    'no-debian': { type: 'boolean', default: false },
    boots: { type: 'string', default: '3' },
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

const said = (what: string): void => console.error(what);
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
const page = measurementsPage({
  date: new Date().toISOString().slice(0, 10),
  machine: await describeMachine(),
  boots,
  ours,
  debian,
  changedLine: line,
});
if (values.write) await writeFile(join(checkout, 'docs/measurements.md'), page);
console.log(page);

async function describeMachine(): Promise<string> {
  const cpu =
    /^model name\s*:\s*(.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
  const { stdout } = await execa('qemu-system-aarch64', ['--version']);
  const qemu = /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpu}, ${availableParallelism()} cores, ${memory} GiB, QEMU ${qemu}`;
}

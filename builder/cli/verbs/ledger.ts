import { resolve } from 'node:path';
import type { Command } from 'commander';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { checkLedger, type LedgerVerdict } from '../../ledger/check-ledger.ts';
import { labelPaper, labelPapers } from '../../ledger/labels/label-paper.ts';
import { type LabelPage, labelPages } from '../../ledger/labels/label-sheet.ts';
import { sheetPdf } from '../../ledger/labels/sheet-pdf.ts';
import { sheetSvg } from '../../ledger/labels/sheet-svg.ts';
import { unitLabels } from '../../ledger/labels/unit-label.ts';
import { ledgerCsv } from '../../ledger/ledger-csv.ts';
import { openLedger } from '../../ledger/open-ledger.ts';
import { readSecretKey } from '../../signature/secret-key.ts';
import { passwordAsker } from '../ask-password.ts';
import { unitHistoryLines, verdictLines } from '../ledger-text.ts';
import { givenPublicKeys, publicKeysOption } from '../public-keys-option.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { writeWhole } from '../write-whole.ts';
import { describeVerb, type Verb } from './verb.ts';

/** `boardsmith ledger`: what was burnt: checked, looked up, exported, and as labels. */
export const ledger: Verb = {
  define(program, terminal) {
    const command = describeVerb(
      program,
      'ledger',
      'check the ledger of what was burnt, look a unit up, export it, draw labels',
      'boardsmith ledger check ledger.ndjson --pub batch.pub\n  boardsmith ledger unit ledger.ndjson ACME-000017\n  boardsmith ledger close ledger.ndjson --batch 2026-11-a --batch-key batch.key\n  boardsmith ledger export ledger.ndjson --csv units.csv\n  boardsmith ledger labels ledger.ndjson --out labels.pdf',
    );
    defineCheck(command, terminal);
    defineUnit(command, terminal);
    defineExport(command, terminal);
    defineClose(command, terminal);
    defineLabels(command, terminal);
  },
};

function defineCheck(command: Command, terminal: Terminal): void {
  command
    .command('check <ledger>')
    .description('hold every line against the one before it, and every closed batch against its signature')
    .addOption(publicKeysOption('public key that a batch may have (without it any key is taken)'))
    .option('--json', 'print the verdict as one JSON object')
    .action(async (file: string, options: { readonly pub?: string[]; readonly json?: true }) => {
      const keys = await givenPublicKeys(terminal, options.pub);
      const verdict = await checkLedger(resolve(terminal.currentDirectory, file), keys);
      if (options.json) {
        const { history, problems, remarks } = verdict;
        const { lines, head, batches } = history;
        terminal.out(
          JSON.stringify({ sound: problems.length === 0, lines, head, batches, problems, remarks }),
        );
      } else for (const line of verdictLines(verdict)) terminal.out(line);
      requireSound(verdict, file);
    });
}

function defineUnit(command: Command, terminal: Terminal): void {
  command
    .command('unit <ledger> <serial>')
    .description('what is in a unit, and every card that was burnt for it')
    .option('--json', 'print its lines as one JSON object')
    .action(async (file: string, serial: string, options: { readonly json?: true }) => {
      const { history } = await soundLedger(terminal, file);
      const records = history.unit(serial);
      if (records.length === 0) {
        throw new BoardsmithError('UNITS_INVALID', `${file} has no unit ${serial}`, {
          hint: `boardsmith ledger export ${file} lists all of them`,
        });
      }
      const batch = history.batch(records.at(-1)!.batch)!.opened;
      if (options.json) terminal.out(JSON.stringify({ serial, batch, records }));
      else for (const line of unitHistoryLines(records, batch)) terminal.out(line);
    });
}

function defineExport(command: Command, terminal: Terminal): void {
  command
    .command('export <ledger>')
    .description('all units as CSV (RFC 4180)')
    .option('--csv <file>', 'into this file instead of printing it')
    .option('--json', 'print the units as NDJSON instead')
    .action(async (file: string, options: { readonly csv?: string; readonly json?: true }) => {
      const { history } = await soundLedger(terminal, file);
      if (options.json) for (const unit of history.units) terminal.out(JSON.stringify(unit));
      const csv = ledgerCsv(history.units);
      if (options.csv !== undefined) {
        await writeWhole(resolve(terminal.currentDirectory, options.csv), csv);
        terminal.note(`wrote ${history.units.length} lines into ${options.csv}`);
      } else if (!options.json) terminal.out(csv.trimEnd());
    });
}

interface CloseOptions {
  readonly batch: string;
  readonly batchKey: string;
  readonly passwordFile?: string;
  readonly json?: true;
}

function defineClose(command: Command, terminal: Terminal): void {
  command
    .command('close <ledger>')
    .description('end a batch: count its units and sign all lines so far; it takes no more units')
    .requiredOption('--batch <name>', 'the batch, as its certificate names it')
    .requiredOption('--batch-key <file>', 'secret key of the batch')
    .option('--password-file <file>', 'file whose first line is its password (default: the terminal asks)')
    .option('--json', 'print the line as one JSON object')
    .action(async (file: string, options: CloseOptions) => {
      const path = (named: string): string => resolve(terminal.currentDirectory, named);
      const password = options.passwordFile === undefined ? undefined : path(options.passwordFile);
      // A ledger that is not there is not made.
      await soundLedger(terminal, file);
      const key = await readSecretKey(path(options.batchKey), passwordAsker(terminal, password));
      const ledger = await openLedger(path(file));
      try {
        if (ledger.repaired !== null) terminal.note(`note: ${ledger.repaired}`);
        const closed = await ledger.closeBatch(options.batch, key);
        const { batch, verified, notVerified, failed } = closed;
        if (options.json) terminal.out(JSON.stringify(closed));
        else {
          terminal.out(
            `closed batch ${batch}: ${verified} good, ${notVerified} not read back, ${failed} failed; signed by ${key.publicKey.id}`,
          );
        }
      } finally {
        await ledger.release();
      }
    });
}

interface LabelOptions {
  readonly out: string;
  readonly paper: string;
  readonly skip: number;
  readonly batch?: string;
  readonly unit?: string[];
  readonly json?: true;
}

function defineLabels(command: Command, terminal: Terminal): void {
  command
    .command('labels <ledger>')
    .description(
      'sheets of labels for the units that were read back: serial, key fingerprint, a QR symbol of both',
    )
    .requiredOption(
      '--out <file>',
      'labels.pdf; or labels.svg, one file a sheet: labels-1.svg, labels-2.svg …',
    )
    .option('--paper <name>', `one of ${Object.keys(labelPapers).join(', ')}`, 'a4-24')
    .option('--skip <number>', 'labels of the first sheet that are used up', wholeNumber(0), 0)
    .option('--batch <name>', 'of this batch alone')
    .option('--unit <serial...>', 'of these units alone')
    .option('--json', 'print what was written as one JSON object')
    .action(async (file: string, options: LabelOptions) => {
      const kind = /\.(pdf|svg)$/i.exec(options.out)?.[1]?.toLowerCase();
      if (kind === undefined) {
        throw new BoardsmithError('USAGE', `${options.out} is neither .pdf nor .svg`, {
          hint: `boardsmith ledger labels ${file} --out labels.pdf`,
        });
      }
      const paper = labelPaper(options.paper);
      const { history } = await soundLedger(terminal, file);
      const units = history.units.filter(
        ({ batch }) => options.batch === undefined || batch === options.batch,
      );
      const opened = history.batches.map((batch) => batch.opened);
      const labels = unitLabels(units, opened, options.unit === undefined ? null : new Set(options.unit));
      const absent = (options.unit ?? []).filter(
        (serial) => !labels.some((label) => label.serial === serial),
      );
      if (labels.length === 0 || absent.length > 0) {
        throw new BoardsmithError('UNITS_INVALID', 'there is no label for what was never read back', {
          hint: `boardsmith ledger export ${file} lists the units and how they ended`,
          problems: absent.map((serial) => `${serial}: the ledger has no good card of it`),
        });
      }
      const pages = labelPages(labels, paper, options.skip);
      // The time of the newest line, so that the same ledger gives the same bytes.
      const date = new Date(units.at(-1)!.time);
      const written = await writeSheets(resolve(terminal.currentDirectory, options.out), kind, pages, date);
      if (options.json) terminal.out(JSON.stringify({ labels: labels.length, files: written }));
      else for (const path of written) terminal.out(`wrote ${path}`);
    });
}

async function writeSheets(
  out: string,
  kind: string,
  pages: readonly LabelPage[],
  date: Date,
): Promise<string[]> {
  if (kind === 'pdf') {
    await writeWhole(out, await sheetPdf(pages, date));
    return [out];
  }
  const files = pages.map(
    (page, index) => [`${out.slice(0, -'.svg'.length)}-${index + 1}.svg`, page] as const,
  );
  for (const [path, page] of files) await writeWhole(path, sheetSvg(page));
  return files.map(([path]) => path);
}

/** A ledger that does not hold together answers nothing. */
async function soundLedger(terminal: Terminal, file: string): Promise<LedgerVerdict> {
  const verdict = await checkLedger(resolve(terminal.currentDirectory, file));
  requireSound(verdict, file);
  return verdict;
}

function requireSound({ problems }: LedgerVerdict, file: string): void {
  if (problems.length === 0) return;
  throw new BoardsmithError('LEDGER_INVALID', `${file} does not hold together`, {
    hint: 'keep the file as it is, and compare it with a copy',
    problems,
  });
}

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkLedger } from '../../builder/ledger/check-ledger.ts';
import { writeLedger } from '../support/ledger-trial.ts';
import { mutatedModule } from '../support/source-mutant.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('checks of a ledger, taken out');
const folder = temporaryFolder('ledger-mutants');
const whole = join(folder, 'whole.ndjson');
await writeLedger(whole);
const lines = (await readFile(whole, 'utf8')).trimEnd().split('\n');

/** A check, what takes it out, lines that it finds, and what then is not told any more. */
for (const [name, from, to, change, told] of [
  [
    'a changed line',
    'record.previous !== previous',
    'false',
    (text: string, at: number) => (at === 1 ? text.replace('mia', 'max') : text),
    /:3:1: it does not follow line 2/,
  ],
  [
    'a name given twice',
    '!Buffer.from(recordLine(record)).equals(line)',
    'false',
    (text: string, at: number) => (at === 4 ? text.replace('{', '{"batch":"x",') : text),
    /canonical form/,
  ],
  [
    'another number',
    'record.line !== this.#lines',
    'false',
    (text: string, at: number) => (at === 4 ? text.replace('"line":5', '"line":6') : text),
    /says that it is line 6/,
  ],
  [
    'a signature of somebody else',
    "!verifyPrehashed(closingBytes(record), Buffer.from(record.signature, 'hex'), key)",
    'key === undefined',
    (text: string, at: number) => (at === 4 ? text.replace(/"signature":"../, '"signature":"00') : text),
    /signature is not by the batch's key/,
  ],
  [
    'a count that is wrong',
    'if (record[result] === batch.counts[result]) continue;',
    'continue;',
    (text: string, at: number) => (at === 4 ? text.replace('"verified":2', '"verified":3') : text),
    /verified is 3, but the batch has 2/,
  ],
  [
    'a unit of another release',
    'record.release !== batch.opened.release',
    'false',
    (text: string, at: number) => (at === 3 ? text.replace('"release":"ab', '"release":"ac') : text),
    /another release/,
  ],
] as const) {
  test(`${name} is found, and by that check alone`, async () => {
    const file = join(folder, 'tampered.ndjson');
    await writeFile(file, `${lines.map(change).join('\n')}\n`);
    assert.match((await checkLedger(file)).problems.join('\n'), told);
    const mutant = mutatedModule({ file: 'builder/ledger/ledger-history.ts', from, to }, 'check-ledger.ts');
    const { checkLedger: weakened } = (await import(mutant)) as { checkLedger: typeof checkLedger };
    assert.not.match((await weakened(file)).problems.join('\n'), told);
  });
}

test.run();

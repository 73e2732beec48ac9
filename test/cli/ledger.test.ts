import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { exitCodes } from '../../builder/error/error-codes.ts';
import { openLedger } from '../../builder/ledger/open-ledger.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { batchSigner, newBatch, newUnit, writeLedger } from '../support/ledger-trial.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('boardsmith ledger');
const folder = temporaryFolder('ledger-verb');
const file = join(folder, 'ledger.ndjson');

async function ledger(...parameters: string[]) {
  const terminal = capturedTerminal({ currentDirectory: folder, environment: { HOME: folder } });
  const code = await run(['ledger', ...parameters], terminal);
  return { code, out: terminal.outLines.join('\n'), note: terminal.noteLines.join('\n') };
}

test.before.each(async () => await writeLedger(file));

test('check says what each batch came to, and what the last line is', async () => {
  writeFileSync(join(folder, 'batch.pub'), batchSigner.publicKeyFile);
  const { code, out } = await ledger('check', 'ledger.ndjson', '--pub', 'batch.pub');
  assert.is(code, 0);
  assert.match(out, /2026-11-a +Acme Boards .* 2 good +0 not read back +1 failed +closed and signed/);
  assert.match(out, /^sound: 5 lines; the last one is sha256 [0-9a-f]{64}$/m);
});

test('check names the line that was changed, and the key that was not given', async () => {
  const lines = readFileSync(file, 'utf8');
  writeFileSync(file, lines.replace('"operator":"mia"', '"operator":"joe"'));
  const changed = await ledger('check', 'ledger.ndjson', '--json');
  assert.is(changed.code, exitCodes.LEDGER_INVALID);
  assert.match(changed.out, /ledger\.ndjson:3:1: it does not follow line 2/);
  writeFileSync(file, lines);
  const stranger = await ledger(
    'check',
    'ledger.ndjson',
    '--pub',
    testSigner('a stranger').publicKeyFile.split('\n')[1]!,
  );
  assert.is(stranger.code, exitCodes.LEDGER_INVALID);
  assert.match(stranger.note, /a key that was not given/);
});

test('close counts and signs; another key and a closed batch are refused', async () => {
  const [batchKey, stranger] = [generateKey(), generateKey()];
  rmSync(file);
  const open = await openLedger(file);
  await open.append({ ...newBatch, key: Buffer.from(batchKey.publicKey.bytes).toString('hex') });
  await open.append(newUnit(1));
  await open.append(newUnit(2));
  await open.append(newUnit(3, { result: 'failed', fault: { what: 'the card lies', offset: 4096 } }));
  await open.release();
  const keys = { 'stranger.key': stranger, 'batch.key': batchKey };
  for (const [name, key] of Object.entries(keys)) {
    writeFileSync(join(folder, name), await secretKeyText(key, null), { mode: 0o600 });
  }
  const close = async (key: string) =>
    await ledger('close', 'ledger.ndjson', '--batch', '2026-11-a', '--batch-key', key);
  assert.is((await close('stranger.key')).code, exitCodes.KEY_UNUSABLE);
  const { code, out } = await close('batch.key');
  assert.is(code, 0);
  assert.match(out, /^closed batch 2026-11-a: 2 good, 0 not read back, 1 failed; signed by [0-9A-F]{16}$/);
  assert.is((await ledger('check', 'ledger.ndjson')).code, 0);
  assert.is((await close('batch.key')).code, exitCodes.UNITS_INVALID);
});

test('unit says where a card was bad, once', async () => {
  rmSync(file);
  const open = await openLedger(file);
  await open.append(newBatch);
  const fault = { what: 'it has a bad block, at byte 8192', offset: 8192 };
  await open.append(newUnit(1, { result: 'failed', fault }));
  await open.release();
  const { out } = await ledger('unit', 'ledger.ndjson', 'ACME-01');
  assert.match(out, /by mia +it has a bad block, at byte 8192$/m);
});

test('unit says what is in it', async () => {
  const { code, out } = await ledger('unit', 'ledger.ndjson', 'ACME-01');
  assert.is(code, 0);
  assert.match(out, /^image +cxo-qemu-virt, sha256 (cd){32}$/m);
  assert.match(out, /^release +skyminer-4 2026\.11 \(release 7\), sha256 (ab){32}$/m);
  assert.match(out, /^line 2 .* verified +SD32G 0x01 +by mia$/m);
  const { records } = JSON.parse((await ledger('unit', 'ledger.ndjson', 'ACME-03', '--json')).out);
  assert.equal(records[0].fault, { what: 'the card lies', offset: 4096 });
  const failed = await ledger('unit', 'ledger.ndjson', 'ACME-03');
  assert.match(failed.out, /by mia +the card lies, at byte 4096$/m);
  assert.is((await ledger('unit', 'ledger.ndjson', 'ACME-77')).code, exitCodes.UNITS_INVALID);
});

test('export prints CSV or writes it', async () => {
  const { out } = await ledger('export', 'ledger.ndjson');
  assert.match(out, /^line,time,batch,serial/);
  assert.is((await ledger('export', 'ledger.ndjson', '--csv', 'units.csv')).code, 0);
  assert.is(readFileSync(join(folder, 'units.csv'), 'utf8').trimEnd(), out);
});

test('labels for what was read back, as PDF and as SVG', async () => {
  const pdf = await ledger('labels', 'ledger.ndjson', '--out', 'labels.pdf', '--json');
  assert.equal(JSON.parse(pdf.out), { labels: 2, files: [join(folder, 'labels.pdf')] });
  assert.is(readFileSync(join(folder, 'labels.pdf'), 'latin1').slice(0, 5), '%PDF-');
  await ledger('labels', 'ledger.ndjson', '--out', 'labels.svg', '--paper', 'letter-30', '--unit', 'ACME-02');
  const svg = readFileSync(join(folder, 'labels-1.svg'), 'utf8');
  assert.match(svg, />ACME-02</);
  assert.not.match(svg, />ACME-01</);
  const failed = await ledger('labels', 'ledger.ndjson', '--out', 'none.pdf', '--unit', 'ACME-03');
  assert.is(failed.code, exitCodes.UNITS_INVALID);
  assert.match(failed.note, /ACME-03: the ledger has no good card of it/);
  assert.is((await ledger('labels', 'ledger.ndjson', '--out', 'labels.png')).code, exitCodes.USAGE);
  assert.not.ok(existsSync(join(folder, 'none.pdf')));
});

test('a ledger that does not hold together gives no label', async () => {
  writeFileSync(file, readFileSync(file, 'utf8').replace('"result":"failed"', '"result":"verified"'));
  for (const asked of [
    ['unit', 'ledger.ndjson', 'ACME-01'],
    ['export', 'ledger.ndjson'],
    ['labels', 'ledger.ndjson', '--out', 'x.pdf'],
  ]) {
    assert.is((await ledger(...asked)).code, exitCodes.LEDGER_INVALID, asked[0]);
  }
});

test.run();

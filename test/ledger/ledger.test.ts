import { chown, type FileHandle, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkLedger } from '../../builder/ledger/check-ledger.ts';
import { ledgerCsv } from '../../builder/ledger/ledger-csv.ts';
import type { LedgerRecord } from '../../builder/ledger/ledger-record.ts';
import { openLedger } from '../../builder/ledger/open-ledger.ts';
import { lineDigest, noPrevious, recordLine } from '../../builder/ledger/record-line.ts';
import { batchSigner, clock, newBatch, newUnit, writeLedger } from '../support/ledger-trial.ts';
import { checkout } from '../support/places.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('ledger');
const folder = temporaryFolder('ledger');
const whole = join(folder, 'whole.ndjson');
await writeLedger(whole);
const bytes = await readFile(whole);
const lines = bytes.toString().trimEnd().split('\n');
const tampered = join(folder, 'tampered.ndjson');

async function problemsOf(text: string | Uint8Array): Promise<readonly string[]> {
  await writeFile(tampered, text);
  const { problems } = await checkLedger(tampered);
  if (problems.length > 0)
    await rejectedWith(openLedger(tampered), 'LEDGER_INVALID', /does not hold together/);
  return problems;
}

/** A ledger of these records, chained anew: what somebody without the batch's key can make. */
function chained(records: readonly LedgerRecord[]): string {
  let previous = noPrevious;
  return records
    .map((record, index) => {
      const line = recordLine({ ...record, previous, line: index + 1 });
      previous = lineDigest(line);
      return `${line}\n`;
    })
    .join('');
}
const records = lines.map((line): LedgerRecord => JSON.parse(line));

test('what was appended holds together, is found, and closes with its counts', async () => {
  const { history, problems, remarks } = await checkLedger(whole);
  assert.equal([problems, remarks], [[], []]);
  assert.is(history.lines, 5);
  assert.equal(history.batch('2026-11-a')?.counts, { verified: 2, notVerified: 0, failed: 1 });
  assert.is(history.unit('ACME-02')[0]?.card, 'SD32G 0x02');
  assert.is(history.newestRelease('skyminer-4'), 7);
  assert.is(history.newestRelease('another'), null);
  assert.equal(history.manifestsOf('skyminer-4', 7), [newBatch.release]);
  assert.equal(history.manifestsOf('skyminer-4', 8), []);
  assert.is(history.head, lineDigest(lines.at(-1)!));
});

test('a unit, a device key, a MAC and a card that were seen before are named', async () => {
  const { history } = await checkLedger(whole);
  const one = newUnit(1);
  const seen = (what: Parameters<typeof history.seenBefore>[0]) =>
    history.seenBefore(what).map(({ what: of }) => of);
  assert.equal(seen({ serial: one.serial }), ['unit']);
  assert.equal(seen({ devicePublicKey: one.devicePublicKey }), ['device key']);
  assert.equal(seen({ mac: one.mac }), ['MAC']);
  assert.equal(seen({ card: one.card }), ['card']);
  assert.equal(seen(one), ['unit', 'device key', 'MAC', 'card']);
  assert.equal(seen({ ...newUnit(9), mac: null }), []);
});

test('every changed byte is found', async () => {
  const hidden: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    await writeFile(tampered, changed);
    const { problems, remarks } = await checkLedger(tampered);
    // The last newline: what follows it is no record, and the last line is none then.
    if (problems.length === 0 && !(at === bytes.length - 1 && remarks.length > 0)) hidden.push(at);
  }
  assert.equal(hidden, []);
});

test('a line that is taken out, put in twice or moved is found, with its number', async () => {
  for (let index = 0; index < lines.length - 1; index++) {
    const without = lines.filter((_, at) => at !== index);
    const problems = await problemsOf(`${without.join('\n')}\n`);
    assert.match(problems.join('\n'), new RegExp(`:${index + 1}:1: `), `without line ${index + 1}`);
    const twice = lines.flatMap((line, at) => (at === index ? [line, line] : [line]));
    assert.ok((await problemsOf(`${twice.join('\n')}\n`)).length > 0);
  }
  const moved = [lines[0], lines[2], lines[1], ...lines.slice(3)];
  assert.ok((await problemsOf(`${moved.join('\n')}\n`)).length > 0);
});

test('a closed batch cannot be changed by chaining its lines anew', async () => {
  assert.equal(await problemsOf(chained(records)), []);
  const changes: LedgerRecord[][] = [
    records.filter(({ line }) => line !== 2),
    records.filter(({ line }) => line !== 4),
    records.map((record) =>
      record.line === 4 ? ({ ...record, result: 'verified', fault: null } as LedgerRecord) : record,
    ),
    records.map((record) => (record.line === 2 ? { ...record, operator: 'max' } : record)),
    records.map((record) => (record.line === 1 ? { ...record, time: '2026-11-27T07:00:00Z' } : record)),
  ];
  for (const changed of changes) {
    assert.match((await problemsOf(chained(changed))).join('\n'), /signature is not by the batch's key/);
  }
});

for (const [what, change, expected] of [
  ['a name given twice', (line: string) => line.replace('{', '{"batch":"x",'), /canonical form/],
  ['white space', (line: string) => line.replace(',', ', '), /canonical form/],
  ['a member that is not known', (line: string) => line.replace('{', '{"also":1,'), /additional/],
  ['a member that is missing', (line: string) => line.replace(/"operator":"mia",/, ''), /required/],
  ['another number', (line: string) => line.replace('"line":3', '"line":4'), /says that it is line 4/],
] as const) {
  test(`${what} is found`, async () => {
    const problems = await problemsOf(
      `${lines.map((line, at) => (at === 2 ? change(line) : line)).join('\n')}\n`,
    );
    assert.match(problems.filter((problem) => problem.includes(':3:1:')).join('\n'), expected);
  });
}

test('all that is wrong is told, not the first thing', async () => {
  const wrong = lines.map((line, at) => (at === 1 || at === 3 ? line.replace('mia', 'max') : line));
  const problems = await problemsOf(`${wrong.join('\n')}\n`);
  assert.ok(
    problems.some((problem) => problem.includes(':3:1:')) &&
      problems.some((problem) => problem.includes(':5:1:')),
  );
});

test('a batch that is not closed, and a unit that was burnt twice, are remarks', async () => {
  const file = join(folder, 'open.ndjson');
  await writeLedger(file, { close: false });
  const ledger = await openLedger(file, { now: clock() });
  await ledger.append(newUnit(1));
  await ledger.release();
  const { problems, remarks } = await checkLedger(file);
  assert.equal(problems, []);
  assert.match(
    remarks.join('\n'),
    /2026-11-a is not closed[\s\S]*ACME-01 was burnt more than once: lines 2, 5/,
  );
});

test('a key that was not given is a problem', async () => {
  assert.equal((await checkLedger(whole, [batchSigner.publicKey])).problems, []);
  const { problems } = await checkLedger(whole, [testSigner('somebody').publicKey]);
  assert.match(problems.join('\n'), /:1:1: batch 2026-11-a has a key that was not given/);
});

test('a record that does not fit is not written', async () => {
  const file = join(folder, 'fit.ndjson');
  await writeLedger(file);
  const before = await readFile(file);
  const ledger = await openLedger(file);
  const refuse = async (record: Parameters<typeof ledger.append>[0], why: RegExp): Promise<void> => {
    const { problems } = await rejectedWith(ledger.append(record), 'UNITS_INVALID', /does not fit/);
    assert.match(problems.join('\n'), why);
  };
  await refuse(newUnit(8), /was closed in line 5/);
  await refuse(newUnit(8, { batch: 'other' }), /was not opened/);
  await refuse(newBatch, /was opened before, in line 1/);
  await ledger.append({ ...newBatch, batch: 'b' });
  await refuse(newUnit(8, { batch: 'b', release: 'ef'.repeat(32) }), /another release/);
  await refuse(newUnit(8, { batch: 'b', result: 'failed' }), /failed unit has a fault/);
  await refuse(newUnit(8, { batch: 'b', operator: '' }), /operator/);
  await rejectedWith(ledger.closeBatch('b', testSigner('somebody')), 'KEY_UNUSABLE', /another key/);
  await rejectedWith(ledger.closeBatch('c', batchSigner), 'UNITS_INVALID', /./);
  await ledger.release();
  const after = await readFile(file);
  assert.is(after.length - before.length, after.subarray(before.length).indexOf(10) + 1);
  assert.equal((await checkLedger(file)).problems, []);
});

test('a file that was cut at any byte is opened with every whole line and goes on', async () => {
  const short = bytes.subarray(0, lines[0]!.length + lines[1]!.length + 2);
  const ends = [...short.keys()].filter((at) => short[at] === 10);
  for (let length = 0; length <= short.length; length++) {
    await writeFile(tampered, short.subarray(0, length));
    const ledger = await openLedger(tampered, { now: clock() });
    const kept = ends.filter((end) => end < length).length;
    assert.is(ledger.history.lines, kept, `cut at ${length}`);
    assert.is(ledger.repaired !== null, length > 0 && short[length - 1] !== 10, `cut at ${length}`);
    if (length % 50 === 0) {
      await ledger.append({ ...newBatch, batch: `after ${length}` });
      assert.equal((await checkLedger(tampered)).problems, []);
    }
    await ledger.release();
    if (length % 50 !== 0)
      assert.equal(await readFile(tampered), bytes.subarray(0, kept === 0 ? 0 : ends[kept - 1]! + 1));
  }
});

test('a last line with blocks that the disk never got is cut off; one before it is not', async () => {
  const last = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const holed = Buffer.from(bytes).fill(0, last + 100, last + 200);
  await writeFile(tampered, holed);
  const ledger = await openLedger(tampered);
  assert.match(ledger.repaired!, /half line/);
  assert.is(ledger.history.lines, 4);
  await ledger.release();
  assert.ok((await problemsOf(Buffer.from(bytes).fill(0, 100, 120))).length > 0);
});

test('a write that fails after any number of bytes leaves the ledger as it was, and the next one goes through', async () => {
  const file = join(folder, 'failing.ndjson');
  const length = recordLine({
    ...newUnit(4),
    previous: noPrevious,
    line: 5,
    time: '2026-11-27T08:00:00Z',
  }).length;
  for (let written = 0; written <= length; written += 31) {
    await writeLedger(file, { close: false });
    const before = await readFile(file);
    let armed = true;
    const write = async (handle: FileHandle, put: Uint8Array): Promise<number> => {
      // Short writes first, then the disk is full.
      if (!armed) return (await handle.write(put)).bytesWritten;
      if (written > 0 && put.length > length - written)
        return (await handle.write(put.subarray(0, 1))).bytesWritten;
      armed = false;
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    const ledger = await openLedger(file, { now: clock(), write });
    await rejectedWith(ledger.append(newUnit(4)), 'FILE_UNUSABLE', /cannot be written/);
    assert.equal(await readFile(file), before);
    await ledger.append(newUnit(4));
    await ledger.release();
    assert.is((await checkLedger(file)).history.lines, 5);
  }
});

test('appends that overlap are chained one after the other', async () => {
  const file = join(folder, 'many.ndjson');
  const ledger = await openLedger(file, { now: clock() });
  await ledger.append(newBatch);
  await Promise.all(Array.from({ length: 40 }, (_, number) => ledger.append(newUnit(number))));
  await ledger.closeBatch(newBatch.batch, batchSigner);
  await ledger.release();
  assert.equal((await checkLedger(file)).problems, []);
  await rejectedWith(ledger.append(newUnit(50)), 'FILE_UNUSABLE', /./);
});

test('two writers are refused, of one process and of two; the lock ends with its holder', async () => {
  const file = join(folder, 'locked.ndjson');
  await writeLedger(file);
  const ledger = await openLedger(file);
  await rejectedWith(openLedger(file), 'FILE_UNUSABLE', /another process writes/);
  const opening = `import(${JSON.stringify(join(checkout, 'builder/ledger/open-ledger.ts'))}).then(({ openLedger }) => openLedger(${JSON.stringify(file)})).then(() => process.kill(process.pid, 'SIGKILL'), ({ code }) => console.log(code))`;
  const other = async () =>
    await execa(process.execPath, ['--import', 'tsx', '-e', opening], { cwd: checkout, reject: false });
  assert.is((await other()).stdout, 'FILE_UNUSABLE');
  await ledger.release();
  assert.is((await other()).signal, 'SIGKILL');
  await (await openLedger(file)).release();
});

test('a line that somebody else added meanwhile is not overwritten', async () => {
  const file = join(folder, 'elsewhere.ndjson');
  await writeLedger(file, { close: false });
  const ledger = await openLedger(file);
  await writeFile(file, 'x', { flag: 'a' });
  const error = await rejectedWith(ledger.append(newUnit(4)), 'FILE_UNUSABLE', /cannot be written/);
  assert.match((error.cause as Error).message, /somebody else/);
  await ledger.release();
});

const asRoot = wherePossible(test, process.geteuid?.() === 0 ? null : 'only root gives files away');
asRoot('what root makes is its folder’s owner’s, who closes the batch without being root', async () => {
  const theirs = join(folder, 'theirs');
  await mkdir(theirs);
  await chown(theirs, 1234, 1235);
  await (await openLedger(join(theirs, 'ledger.ndjson'))).release();
  const { uid, gid } = await stat(join(theirs, 'ledger.ndjson'));
  assert.equal([uid, gid], [1234, 1235]);
});

test('a link and a folder are no ledger', async () => {
  const link = join(folder, 'link.ndjson');
  await symlink(whole, link);
  await rejectedWith(openLedger(link), 'FILE_UNUSABLE', /cannot be written/);
  await rejectedWith(openLedger(folder), 'FILE_UNUSABLE', /cannot be written/);
});

test('CSV is that of RFC 4180 and starts no formula', async () => {
  const { history } = await checkLedger(whole);
  const [unit] = history.units;
  const odd = {
    ...unit!,
    card: '=HYPERLINK("x")',
    operator: 'Mia, "M"',
    cluster: null,
    image: '-x',
    position: '+1\r\n@',
  };
  const text = ledgerCsv([odd]);
  assert.match(text, /^line,time,batch,serial,result,[^\r]*\r\n/);
  assert.ok(
    text.includes(`"'=HYPERLINK(""x"")"`) && text.includes('"Mia, ""M"""') && text.includes(",'-x,"),
    text,
  );
  assert.ok(text.includes(`"'+1\r\n@"`) && text.endsWith('\r\n'));
  assert.is(ledgerCsv(history.units).split('\r\n').length, 5);
});

test('a unit that was begun and has no end is told of, until its card has one', async () => {
  const file = join(folder, 'begun.ndjson');
  const { serial, card, devicePublicKey, operator } = newUnit(1);
  const begun = {
    kind: 'unit-begun',
    batch: newBatch.batch,
    serial,
    card,
    devicePublicKey,
    operator,
  } as const;
  const ledger = await openLedger(file, { now: clock() });
  await ledger.append(newBatch);
  await ledger.append(begun);
  assert.equal(
    ledger.history.begun.map(({ line }) => line),
    [2],
  );
  const { problems, remarks } = await checkLedger(file);
  assert.equal(problems, []);
  assert.match(remarks.join('\n'), `unit ${serial} was begun on the card ${card} (line 2)`);
  // Another card of the same unit does not say how that one ended.
  await ledger.append(newUnit(1, { card: 'another card' }));
  assert.is(ledger.history.begun.length, 1);
  await ledger.append(newUnit(1, { result: 'failed', fault: { what: 'stopped', offset: null } }));
  assert.equal(ledger.history.begun, []);
  await ledger.release();
});

test.run();

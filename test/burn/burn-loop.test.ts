import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { burnFiles } from '../support/burn-files.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { noise } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('burn onto loop devices');
const folder = temporaryFolder('burn-loop');
const { release, batchOptions } = await burnFiles(folder);
const image = release.manifest.images[0]!;
writeFileSync(join(folder, 'units.csv'), 'serial,image\nACME-000001,cxo\nACME-000002,cxo\n');
const attached: string[] = [];
process.once('exit', () => {
  for (const device of attached) execFileSync('losetup', ['--detach', device]);
});

/** A disk of noise, larger than the image. @returns what keeps it from being, or its path and file */
function loopDisk(name: string): { readonly path: string; readonly file: string } | string {
  const file = join(folder, name);
  writeFileSync(file, noise(name, 20 << 20));
  try {
    const path = execFileSync('losetup', ['--find', '--show', file], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
    attached.push(path);
    return { path, file };
  } catch (error) {
    return `no loop device can be had (${String((error as Error).message).split('\n', 1)[0]})`;
  }
}

const [one, two] = [loopDisk('one'), loopDisk('two')];
const lacking = [one, two].find((disk) => typeof disk === 'string') ?? null;
const where = wherePossible(test, lacking as string | null);
const paths = [one, two].flatMap((disk) => (typeof disk === 'string' ? [] : [disk.path]));
const files = [one, two].flatMap((disk) => (typeof disk === 'string' ? [] : [disk.file]));

async function burn(answers: string[] | null, ...parameters: readonly string[]) {
  const terminal = capturedTerminal({
    currentDirectory: folder,
    environment: { HOME: folder },
    ...(answers === null ? {} : { answers }),
  });
  const command = ['burn', 'release', '--pub', 'team.pub', '--units', 'units.csv', ...batchOptions];
  const code = await run([...command, '--once', '--ledger', 'ledger.ndjson', ...parameters], terminal);
  return { code, notes: terminal.noteLines.join('\n'), out: terminal.outLines };
}

where('a loop device is no card: refused without an explicit word', async () => {
  const { code, notes } = await burn([], '--to', paths[0]!);
  assert.is(code, 14);
  assert.match(notes, '--allow-fixed');
});

where('nothing is written without the right answer, or without anybody who can answer', async () => {
  const before = readFileSync(files[0]!);
  for (const answers of [null, [], ['yes'], ['']]) {
    const { code } = await burn(answers, '--allow-fixed', '--to', paths[0]!);
    assert.is(code, 14, JSON.stringify(answers));
  }
  const wrong = await burn(null, '--allow-fixed', '--to', paths[0]!, '--yes', '--serial', 'another');
  assert.is(wrong.code, 14);
  assert.ok(readFileSync(files[0]!).equals(before));
});

where('two at once, probed, written past the cache, read back and verified', async () => {
  const names = paths.map((path) => basename(path)).join(' ');
  const to = paths.flatMap((path) => ['--to', path]);
  const { code, notes, out } = await burn([names], '--allow-fixed', ...to, '--json');
  assert.is(code, 0, notes + out.join('\n'));
  const done = out.map((line) => JSON.parse(line)).filter(({ event }) => event === 'done');
  assert.equal(
    done.map(({ result }) => result),
    ['verified', 'verified'],
  );
  const identity = image.partitions.find(({ name }) => name === 'identity')!;
  for (const file of files) {
    const card = readFileSync(file);
    assert.match(card.toString('latin1', identity.offset, identity.offset + 8), 'BSIDENT1');
    card.fill(0, identity.offset, identity.offset + identity.size);
    for (const { first, last } of image.mapped) {
      const [from, to] = [first * 4096, (last + 1) * 4096];
      assert.ok(
        card.subarray(from, to).equals(release.raw[image.name]!.subarray(from, to)),
        `block ${first}`,
      );
    }
    assert.ok(
      card.subarray(-(1 << 20)).every((byte) => byte === 0),
      'the end of the card is wiped',
    );
  }
});

where('a disk that is too small', async () => {
  const handle = openSync(files[0]!, 'r+');
  ftruncateSync(handle, 8 << 20);
  closeSync(handle);
  execFileSync('losetup', ['--set-capacity', paths[0]!]);
  writeFileSync(join(folder, 'units.csv'), 'serial,image\nACME-000003,cxo\n');
  const { code, notes } = await burn([basename(paths[0]!)], '--allow-fixed', '--to', paths[0]!);
  assert.is(code, 14);
  assert.match(notes, 'the image needs');
});

test.run();

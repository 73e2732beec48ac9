import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageManifest } from '../../builder/steps/image-manifest.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { checkout, testCache } from '../support/places.ts';
import { inTerminal } from '../support/pseudo-terminal.ts';

interface Event {
  readonly event: string;
  readonly step?: string;
  readonly steps?: readonly { readonly id: string }[];
}

const test = suite<{ folder: string; lock: string }>('killed builds');

test.before(async (context) => {
  context.lock = await newcomerLock(['cxo']);
});
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'boardsmith-killed-'));
  await cp(join(checkout, 'test/appliances/plain'), join(context.folder, 'plain'), { recursive: true });
  // Nobody has built this one before.
  await appendFile(join(context.folder, 'plain/daemon.ts'), `\nconsole.debug('${randomUUID()}');\n`);
});
test.after.each(async ({ folder }) => {
  await rm(folder, { recursive: true });
});

/** Runs `boardsmith build`; `onEvent` may kill it. */
async function build(
  { folder, lock }: { folder: string; lock: string },
  onEvent: (event: Event, child: ChildProcess) => void = () => {},
): Promise<{ readonly events: readonly Event[]; readonly code: number | null; readonly pid: number }> {
  const words = ['build', join(folder, 'plain'), '--lock', lock, '--json'];
  const folders = ['--out', join(folder, 'out'), '--cache', testCache];
  const child = spawn(
    process.execPath,
    [join(checkout, 'builder/cli/boardsmith.mjs'), ...words, ...folders],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const events: Event[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = JSON.parse(line) as Event;
    events.push(event);
    onEvent(event, child);
  });
  const [[code]] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    once(lines, 'close'),
  ]);
  return { events, code, pid: child.pid! };
}

/** The manifest in the output folder, if there is one: then all that it names is beside it, byte for byte. */
async function manifestOf(folder: string): Promise<ImageManifest | null> {
  const out = join(folder, 'out');
  const names = await readdir(out).catch(() => []);
  const name = names.find((one) => one.endsWith('.manifest.json'));
  if (name === undefined) return null;
  const manifest = JSON.parse(await readFile(join(out, name), 'utf8')) as ImageManifest;
  for (const { file, sha256 } of manifest.outputs) {
    const bytes = await readFile(join(out, file));
    assert.is(createHash('sha256').update(bytes).digest('hex'), sha256, file);
  }
  return manifest;
}

const moments = [
  'step-start bundle:plain',
  'step-start program:plain',
  'step-start root:plain',
  'step-start image:plain-qemu-virt',
  'step-progress image:plain-qemu-virt',
  // What comes after that is the copy into the output folder.
  'step-done image:plain-qemu-virt',
];

test('a build that is killed again and again goes on where it was, and in the end the image is whole', async (context) => {
  const finished = new Set<string>();
  for (const moment of moments) {
    const { events, code } = await build(context, ({ event, step }, child) => {
      if (`${event} ${step}` === moment) child.kill('SIGKILL');
    });
    // On a busy machine the copy may be there before the signal is.
    if (moment !== moments.at(-1)) assert.is(code, null, `not killed at ${moment}`);
    for (const { event, step } of events) {
      if (event === 'step-start') assert.not.ok(finished.has(step!), `${step} was finished, and ran again`);
      if (event === 'step-done') finished.add(step!);
    }
    await manifestOf(context.folder);
  }
  const { events, code, pid } = await build(context);
  assert.is(code, 0);
  assert.equal(events.at(-1)!.steps, [], 'every step was finished before');
  const manifest = await manifestOf(context.folder);
  assert.is(manifest?.recipe, 'plain');
  const names = await readdir(join(context.folder, 'out'));
  assert.equal(
    names.sort(),
    [...manifest!.outputs.map(({ file }) => file), 'plain-qemu-virt.manifest.json'].sort(),
  );
  const running = await readdir(join(testCache, 'running'));
  assert.not.ok(running.some((name) => name.includes(`.${pid}.`)));
});

test('Ctrl-C stops a build in order: what was finished is kept, nothing half-made is left', async (context) => {
  const stopped = await build(context, ({ event, step }, child) => {
    if (`${event} ${step}` === 'step-start root:plain') child.kill('SIGINT');
  });
  assert.is(stopped.code, 130);
  const kinds = stopped.events.map(({ event, step }) => `${event} ${step}`);
  assert.ok(kinds.includes('step-stopped root:plain'), kinds.join('\n'));
  const left = await readdir(join(testCache, 'running'));
  assert.not.ok(
    left.some((name) => name.includes(`.${stopped.pid}.`)),
    left.join(),
  );
  assert.is(await manifestOf(context.folder), null);
  const { events, code } = await build(context);
  assert.is(code, 0);
  assert.not.ok(events.some(({ event, step }) => event === 'step-start' && step === 'program:plain'));
  assert.is((await manifestOf(context.folder))?.recipe, 'plain');
});

test('a terminal without a width has one line an event', async ({ folder, lock }) => {
  const words = ['build', join(folder, 'plain'), '--lock', lock];
  const folders = ['--out', join(folder, 'out'), '--cache', testCache];
  const { text, code } = await inTerminal([...words, ...folders], { columns: 0 });
  assert.is(code, 0, text);
  assert.match(stripVTControlCharacters(text), /^\[\d+\/\d+\] bundle plain/m);
});

test('Ctrl-C at a terminal is heard at once: it says that it stops, and the screen stands still', async ({
  folder,
  lock,
}) => {
  const words = ['build', join(folder, 'plain'), '--lock', lock];
  const folders = ['--out', join(folder, 'out'), '--cache', testCache];
  let typed = 0;
  const { text, code } = await inTerminal([...words, ...folders], {
    type: (soFar) => (typed === 0 && soFar.includes('root of plain') ? '\u0003'.repeat(++typed) : ''),
  });
  assert.is(code, 130, text);
  const after = stripVTControlCharacters(text.slice(text.indexOf('^C')));
  assert.match(after, /stopping; once more ends at once/);
  assert.match(after, /root of plain: stopped/);
  assert.match(after, /error: stopped/);
  assert.is(await manifestOf(folder), null);
});

test.run();

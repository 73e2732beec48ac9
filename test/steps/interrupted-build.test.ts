import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite<{ cache: string }>('interrupted build');
const program = join(import.meta.dirname, 'programs', 'slow-build.ts');

test.before.each(async (context) => {
  context.cache = await mkdtemp(join(tmpdir(), 'boardsmith-interrupt-'));
});
test.after.each(async (context) => {
  await rm(context.cache, { recursive: true });
});

/** Runs the build in a process; `onLine` may send it a signal. */
async function build(
  cache: string,
  onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, cache], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      onLine(line, (signal) => child.kill(signal));
    }
  });
  await new Promise((resolve) => child.once('close', resolve));
  return lines;
}

async function assertWhole(cache: string, lines: readonly string[]): Promise<void> {
  const folder = lines.at(-1)!.replace('result ', '');
  assert.equal((await readdir(folder)).sort(), ['first', 'second']);
  assert.is(await readFile(join(folder, 'second'), 'utf8'), '8');
  assert.equal(await readdir(join(cache, 'running')), [], 'nothing half-made is left');
}

for (const moment of ['start step-1', 'done step-3', 'start step-5', 'start step-8']) {
  test(`killed at "${moment}", the next build goes on and is whole`, async ({ cache }) => {
    const killed = await build(cache, (line, kill) => {
      if (line === moment) kill('SIGKILL');
    });
    assert.not.ok(killed.some((line) => line.startsWith('result')));
    const finished = killed.filter((line) => line.startsWith('done')).map((line) => line.slice(5));
    const next = await build(cache);
    await assertWhole(cache, next);
    for (const step of finished) assert.not.ok(next.includes(`start ${step}`), `${step} was finished`);
  });
}

test('Ctrl-C stops in order, keeps what was finished and leaves nothing half-made', async ({ cache }) => {
  const stopped = await build(cache, (line, kill) => {
    if (line === 'start step-4') kill('SIGINT');
  });
  assert.is(stopped.at(-1), 'error INTERRUPTED');
  assert.equal(await readdir(join(cache, 'running')), []);
  const next = await build(cache);
  assert.not.ok(next.includes('start step-3'));
  await assertWhole(cache, next);
});

test('two processes that build at once do each other no harm', async ({ cache }) => {
  const [first, second] = await Promise.all([build(cache), build(cache)]);
  await assertWhole(cache, first!);
  assert.is(second!.at(-1), first!.at(-1));
});

test.run();

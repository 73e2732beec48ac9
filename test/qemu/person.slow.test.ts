import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout } from '../support/places.ts';
import { buildTestImage } from '../support/test-build.ts';

const test = suite('boardsmith boot, as a person runs it');

interface PersonBoot {
  readonly text: string;
  readonly code: number | null;
}

/** Runs `boardsmith boot` as a process, does something when the console shows a line, and waits for the end. */
async function bootUntil(image: string, line: RegExp, then: (pid: number) => void): Promise<PersonBoot> {
  const child = spawn(process.execPath, [join(checkout, 'builder/cli/boardsmith.mjs'), 'boot', image], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '1' },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const lines: string[] = [];
  const closed = once(child, 'close');
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (said) => {
      lines.push(said);
      if (line.test(said)) then(child.pid!);
    });
  }
  const [code] = (await closed) as [number | null];
  return { text: lines.join('\n'), code };
}

/** Command lines of QEMUs that have a file open. */
async function machinesOf(image: string): Promise<string> {
  const { stdout } = await execa('ps', ['-eo', 'args'], { stripFinalNewline: true });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('qemu-system') && line.includes(image))
    .join('\n');
}

test('Ctrl-C powers the board off in order: the daemon is stopped, the exit code is 0, no QEMU is left', async () => {
  const { image } = await buildTestImage({ recipe: 'test/appliances/plain' });
  let seen = '';
  const end = await bootUntil(image, /"event":"ready"/, (pid) => {
    process.kill(pid, 'SIGINT');
  });
  seen = await machinesOf(image);
  assert.is(end.code, 0, end.text);
  assert.match(end.text, /"event":"stop".*"reason":"power-key"/);
  assert.match(end.text, /"event":"daemon-exit".*"status":0/);
  assert.match(end.text, /"event":"power-off"/);
  assert.match(end.text, /Power down/);
  assert.is(seen, '');
});

test.run();

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startGuarded } from '../../qemu/guarded-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fakeCommand, isAlive, soon, untilGone } from './fake-machine.ts';

const test = suite('a process that cannot outlive us');
const cwd = temporaryFolder('guarded');

/** The number in the first line of the form `word NUMBER`. */
async function numberAfter(stream: Readable, word: string): Promise<number> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const match = new RegExp(`^${word} (\\d+)`, 'm').exec(text);
    if (match !== null) return Number(match[1]);
  }
  throw new Error(`no ${word} in ${text}`);
}

test('how it ended is told: exit code, signal, a program that is not there', async () => {
  const start = (steps: Parameters<typeof fakeCommand>[0]['steps']) =>
    startGuarded(fakeCommand({ qmp: false, ...(steps === undefined ? {} : { steps }) }), { cwd }).ended;
  assert.equal(await soon(start([{ exit: 3 }])), { exitCode: 3, signal: null, startError: null });
  assert.equal(await soon(start([{ crash: 'SIGSEGV' }])), {
    exitCode: null,
    signal: 'SIGSEGV',
    startError: null,
  });
  const absent = await startGuarded(['/nonexistent/qemu'], { cwd }).ended;
  assert.is(absent.exitCode, 127);
  const nowhere = await startGuarded(['true'], { cwd: '/nonexistent' }).ended;
  assert.ok(nowhere.startError);
});

test('killing ends the process and what it started, although it ignores SIGTERM', async () => {
  const process = startGuarded(fakeCommand({ qmp: false, steps: [{ child: true }] }), { cwd });
  const grandchild = await numberAfter(process.stdout, 'child');
  process.kill('SIGTERM');
  assert.ok(await isAlive(process.pid!));
  process.kill('SIGKILL');
  assert.is((await soon(process.ended)).signal, 'SIGKILL');
  await untilGone(grandchild);
  process.kill('SIGKILL');
});

test('what a process leaves behind when it ends is killed too, and holds nothing up', async () => {
  const process = startGuarded(fakeCommand({ qmp: false, steps: [{ child: true }, { exit: 0 }] }), { cwd });
  const grandchild = await numberAfter(process.stdout, 'child');
  assert.is((await soon(process.ended)).exitCode, 0);
  await untilGone(grandchild);
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
  test(`it dies when this process dies by ${signal}`, async () => {
    const folder = join(cwd, signal);
    await mkdir(folder);
    const program = join(folder, 'parent.mts');
    const modulePath = join(import.meta.dirname, '../../qemu/guarded-process.ts');
    await writeFile(
      program,
      `import { startGuarded } from ${JSON.stringify(modulePath)};
const child = startGuarded(${JSON.stringify(fakeCommand({ qmp: false, steps: [{ say: 'up' }] }))}, { cwd: '.' });
child.stdout.once('data', () => console.log('child ' + child.pid));
`,
    );
    const parent = spawn(process.execPath, ['--import', 'tsx', program], {
      cwd: join(import.meta.dirname, '../..'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const child = await numberAfter(parent.stdout, 'child');
    assert.ok(await isAlive(child));
    parent.kill(signal);
    await once(parent, 'exit');
    await untilGone(child);
  });
}

test.run();

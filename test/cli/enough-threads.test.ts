import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { threadsNeeded } from '../../builder/cli/compiled/enough-threads.mjs';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('threads of a burn');

test('two cards share the usual threads; each further one brings its own', () => {
  const burn = (cards: number): string[] => [
    'burn',
    'release',
    ...Array.from({ length: cards }, () => ['--to', 'x']).flat(),
  ];
  assert.equal(
    [1, 2, 3, 8].map((cards) => threadsNeeded(burn(cards))),
    [null, null, 10, 20],
  );
  assert.is(threadsNeeded(['burn', '--to=a', '--to=b', '--to=c']), 10);
  assert.is(threadsNeeded(['build', '--to', '--to', '--to', '--to']), null);
});

/** Runs a command line in another process by the module itself, with a program that tells what it sees. */
function started(program: string) {
  const folder = temporaryFolder('threads');
  const module = join(checkout, 'builder/cli/compiled/enough-threads.mjs');
  const file = join(folder, 'program.mjs');
  writeFileSync(
    file,
    `import { runWithThreads } from ${JSON.stringify(module)};
if (process.env.UV_THREADPOOL_SIZE === undefined) process.exit(await runWithThreads(10));
${program}`,
  );
  const { UV_THREADPOOL_SIZE: _, ...env } = process.env;
  return execa(process.execPath, [file, 'a word'], { env, extendEnv: false, reject: false, stdin: 'ignore' });
}

test('it has them, its words and its exit code', async () => {
  const { stdout, exitCode } = await started(
    'console.log(process.env.UV_THREADPOOL_SIZE, process.argv[2]); process.exit(15);',
  );
  assert.is(stdout, '10 a word');
  assert.is(exitCode, 15);
});

test('a signal to the first process reaches it, and it ends in its own time', async () => {
  const running = started(
    "process.on('SIGINT', () => setTimeout(() => { console.log('cleaned up'); process.exit(130); }, 50)); setInterval(() => {}, 1000); console.log('here');",
  );
  running.stdout.once('data', () => running.kill('SIGINT'));
  const { exitCode, stdout } = await running;
  assert.is(exitCode, 130);
  assert.match(stdout, /cleaned up/);
});

test.run();

import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('the run of all suites');

/** Runs the runner itself over suites of ours. @param suites their files' names and texts */
async function run(suites: Readonly<Record<string, string>>): Promise<{ stdout: string; code: number }> {
  const root = temporaryFolder('run');
  await mkdir(join(root, 'test'));
  await mkdir(join(root, 'tmp'));
  for (const folder of ['builder', 'node_modules', 'test/support']) {
    await symlink(join(checkout, folder), join(root, folder));
  }
  for (const file of ['package.json', 'test/run.ts']) await copyFile(join(checkout, file), join(root, file));
  for (const [name, text] of Object.entries(suites)) {
    await writeFile(join(root, 'test', name), `import { test } from 'uvu';\n${text}\ntest.run();\n`);
  }
  await execa('mkfifo', [join(root, 'pipe')]);
  const { stdout, exitCode } = await execa(process.execPath, ['--import', 'tsx', 'test/run.ts'], {
    ...{ cwd: root, env: { TMPDIR: join(root, 'tmp') } },
    // A suite that waits for one that never runs.
    ...{ reject: false, timeout: 100_000 },
  });
  return { stdout, code: exitCode ?? -1 };
}

test('the last line counts; a suite that failed is named and shown', async () => {
  const { stdout, code } = await run({
    'good.test.ts': "test('good', () => {});",
    'bad.slow.test.ts': "test('bad', () => { throw new Error('what was bad'); });",
  });
  assert.is(code, 1, stdout);
  assert.match(stdout, /^ok {3}test\/good\.test\.ts: 1 passed, 0 failed, 0 skipped/m);
  assert.match(stdout, /^FAIL test\/bad\.slow\.test\.ts: 0 passed, 1 failed[\s\S]*what was bad/m);
  assert.match(stdout, /^failed: bad\.slow\.test\.ts\n1 passed, 1 failed$/m);
});

test('what only computes runs beside the others and lets them go first; what uses its results comes last', async () => {
  const { stdout, code } = await run({
    // Joined by a pipe: each waits for the other.
    'boots.slow.test.ts': `
import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
test('boots', () => {
  if (readFileSync('pipe', 'utf8') !== 'computing') throw new Error('no word of the other one');
  if (getPriority() === 19) throw new Error('it lets others go first');
});`,
    'computes.beside.slow.test.ts': `
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
test('computes', () => {
  writeFileSync('pipe', 'computing');
  const session = '/proc/self/autogroup';
  if (getPriority() !== 19) throw new Error('its priority is ' + getPriority());
  if (existsSync(session) && !/nice 19/.test(readFileSync(session, 'utf8'))) throw new Error("its session's priority");
  writeFileSync('computed', '');
});`,
    'after.last.slow.test.ts': `
import { readFileSync } from 'node:fs';
test('uses it', () => void readFileSync('computed'));`,
  });
  assert.is(code, 0, stdout);
  assert.match(stdout, /^3 passed, 0 failed$/m);
});

test('a run that is stopped says where each suite was: how many of its tests are over, and what it runs', async () => {
  const { stdout, code } = await run({
    'hanging.test.ts': `
import { spawn } from 'node:child_process';
test('over', () => {});
test('hangs', async () => {
  const child = spawn('sleep', ['1000', ...Array(200).fill('1000'), '7']);
  child.once('spawn', () => process.kill(process.ppid, 'SIGTERM'));
  await new Promise((resolve) => child.once('exit', resolve));
});`,
  });
  assert.is(code, 130, stdout);
  assert.match(stdout, /^STOPPED test\/hanging\.test\.ts \(/m);
  assert.match(stdout, /^ {2}\| runs sleep 1000 .* … .* 1000 7$/m);
  assert.match(stdout, /^ {2}\| • *$/m);
});

test.run();

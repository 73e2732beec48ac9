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
  const { stdout, exitCode } = await execa(process.execPath, ['--import', 'tsx', 'test/run.ts'], {
    cwd: root,
    env: { TMPDIR: join(root, 'tmp') },
    reject: false,
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

test('a run that is stopped says where each suite was: how many of its tests are over, and what it runs', async () => {
  const { stdout, code } = await run({
    'hanging.test.ts': `
import { spawn } from 'node:child_process';
test('over', () => {});
test('hangs', async () => {
  const child = spawn('sleep', ['1000']);
  child.once('spawn', () => process.kill(process.ppid, 'SIGTERM'));
  await new Promise((resolve) => child.once('exit', resolve));
});`,
  });
  assert.is(code, 130, stdout);
  assert.match(stdout, /^STOPPED test\/hanging\.test\.ts \(/m);
  assert.match(stdout, /^ {2}\| runs sleep 1000$/m);
  assert.match(stdout, /^ {2}\| • *$/m);
});

test.run();

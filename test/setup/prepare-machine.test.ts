import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('preparing a machine');

test('who may not install what is missing gets the one line to run', async () => {
  const place = temporaryFolder('prepare-machine');
  await cp(join(checkout, 'builder/setup'), join(place, 'builder/setup'), { recursive: true });
  await cp(join(checkout, 'package-lock.json'), join(place, 'package-lock.json'));
  const lock = createHash('sha256').update(await readFile(join(place, 'package-lock.json')));
  // As if npm had been there.
  await mkdir(join(place, 'node_modules'));
  await writeFile(join(place, 'node_modules/.boardsmith-installed'), lock.digest('hex'));
  await chmod(place, 0o755);
  // What is in nobody's PATH is missing: the machine that runs this has everything. Root becomes nobody in the program itself.
  const program = join(place, 'builder/setup/demo.mjs');
  const asNobody = `if (process.getuid() === 0) process.setuid(65534); await import(${JSON.stringify(program)});`;
  const environment = { PATH: '/nowhere', HOME: '/nowhere' };
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--input-type=module', '--eval', asNobody],
    { reject: false, extendEnv: false, env: environment },
  );
  assert.is(exitCode, 10, `${stdout}${stderr}`);
  const lines = stderr.split('\n').filter((line) => line.includes('apt-get'));
  assert.is(lines.length, 1, stderr);
  assert.match(lines[0]!, /^ +sudo apt-get update && sudo apt-get install --yes .*\bqemu-system-arm\b/);
});

test.run();

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSecretKey } from '../../builder/signature/secret-key.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { wherePossible } from '../support/where-possible.ts';

const test = suite('keygen at a terminal');
const folder = temporaryFolder('keygen-terminal');
const { failed } = await execa('script', ['--version'], { reject: false });
const possibly = wherePossible(
  test,
  failed ? 'script, which gives a program a terminal, is not installed' : null,
);
const program = join(checkout, 'builder/cli/boardsmith.mjs');

/** Runs keygen at a terminal of its own and types a line at each question. @returns all that the terminal showed */
async function typed(
  name: string,
  answers: readonly (readonly [RegExp, string])[],
): Promise<{ shown: string; code: number | null }> {
  const command = `'${process.execPath}' '${program}' keygen '${name}'`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  const left = [...answers];
  child.stdout.on('data', (piece: Buffer) => {
    shown += piece.toString();
    if (left[0]?.[0].test(shown)) child.stdin.write(`${left.shift()![1]}\r`);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { shown, code };
}

possibly('the password is asked twice and shown not once', async () => {
  const { shown, code } = await typed('release', [
    [/password for release\.key: /, 'open sesame'],
    [/once more: /, 'open sesame'],
  ]);
  assert.is(code, 0, shown);
  assert.not.match(shown, /sesame/);
  await readSecretKey(join(folder, 'release.key'), async () => 'open sesame');
});

possibly('two different passwords make no key', async () => {
  const { shown, code } = await typed('other', [
    [/password for other\.key: /, 'open sesame'],
    [/once more: /, 'open sesam'],
  ]);
  assert.is(code, 12, shown);
  assert.match(shown, /the two passwords differ/);
});

test.run();

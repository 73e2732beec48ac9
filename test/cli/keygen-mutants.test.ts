import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { keygen } from '../../builder/cli/verbs/keygen.ts';
import type { Verb } from '../../builder/cli/verbs/verb.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { mutatedModule } from '../support/source-mutant.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('what protects a new key, taken out');
const folder = temporaryFolder('keygen-mutants');
let count = 0;

/** Makes a key in a work tree with a `.gitignore` of one line. @returns its file; undefined if that was refused */
async function made(verb: Verb, ignored: string, ...options: string[]): Promise<string | undefined> {
  count += 1;
  const currentDirectory = join(folder, String(count));
  await mkdir(currentDirectory);
  await execa('git', ['init', '--quiet', currentDirectory]);
  await writeFile(join(currentDirectory, '.gitignore'), `${ignored}\n`);
  await writeFile(join(currentDirectory, 'word'), 'open sesame\n', { mode: 0o600 });
  const program = new Command().exitOverride();
  verb.define(program, capturedTerminal({ currentDirectory }), () => {});
  const refused = await program.parseAsync(['keygen', 'team', ...options], { from: 'user' }).then(
    () => false,
    () => true,
  );
  return refused ? undefined : join(currentDirectory, 'team.key');
}

const isOpen = async (file: string | undefined): Promise<boolean> =>
  file !== undefined && (await readFile(file, 'utf8')).includes('RWQAAEIy');
const isShared = async (file: string | undefined): Promise<boolean> =>
  file !== undefined && ((await stat(file)).mode & 0o077) !== 0;
const isMade = async (file: string | undefined): Promise<boolean> => file !== undefined;
const verb = 'builder/cli/verbs/keygen.ts';
const workTree = 'builder/cli/refuse-in-work-tree.ts';

const mutants: readonly (readonly [
  what: string,
  file: string,
  from: string,
  to: string,
  ignored: string,
  options: readonly string[],
  isBad: (file: string | undefined) => Promise<boolean>,
])[] = [
  ['a work tree', verb, 'await refuseInWorkTree(secretFile);', '', '', ['--no-password'], isMade],
  ['one that ignores something else', workTree, 'exitCode === 0', 'true', '*.pub', ['--no-password'], isMade],
  [
    'the permissions of its file',
    verb,
    'secret, 0o600',
    'secret, 0o644',
    '*.key',
    ['--no-password'],
    isShared,
  ],
  [
    'its password',
    verb,
    'secretKeyText(key, password)',
    'secretKeyText(key, null)',
    '*.key',
    ['--password-file', 'word'],
    isOpen,
  ],
];
for (const [what, file, from, to, ignored, options, isBad] of mutants) {
  test(`mutant: ${what}`, async () => {
    assert.not.ok(await isBad(await made(keygen, ignored, ...options)));
    const wanted = file === verb ? 'keygen.ts' : 'verbs/keygen.ts';
    const mutant = (await import(mutatedModule({ file, from, to }, wanted))) as { keygen: Verb };
    assert.ok(await isBad(await made(mutant.keygen, ignored, ...options)));
  });
}

test.run();

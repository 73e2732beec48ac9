import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { readPublicKey } from '../../builder/signature/public-key.ts';
import { readSecretKey } from '../../builder/signature/secret-key.ts';
import { type CapturedTerminal, capturedTerminal } from '../support/captured-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('keygen');
const folder = temporaryFolder('keygen');

async function keygen(
  ...parameters: string[]
): Promise<{ code: number; terminal: CapturedTerminal; said: string }> {
  const terminal = capturedTerminal({ currentDirectory: folder });
  const code = await run(['keygen', ...parameters], terminal);
  return { code, terminal, said: terminal.noteLines.join('\n') };
}

async function neverAsked(): Promise<string> {
  throw new Error('a password was asked for');
}

test('a key without a password is one that others cannot read, and its public half belongs to it', async () => {
  const { code, terminal } = await keygen('plain', '--no-password', '--json');
  assert.is(code, 0);
  const made = JSON.parse(terminal.outLines.join('\n'));
  assert.is((await stat(join(folder, 'plain.key'))).mode & 0o777, 0o600);
  const secret = await readSecretKey(join(folder, 'plain.key'), neverAsked);
  const pub = await readPublicKey(join(folder, 'plain.pub'));
  assert.equal(secret.publicKey, pub);
  assert.is(made.id, pub.id);
  assert.is(made.encrypted, false);
});

test('a password comes from a file that others cannot read, and is told nowhere', async () => {
  await writeFile(join(folder, 'password'), 'open sesame\nand more\n', { mode: 0o644 });
  const wide = await keygen('guarded', '--password-file', 'password');
  assert.is(wide.code, 12);
  assert.match(wide.said, /others on this machine can read/);
  await writeFile(join(folder, 'narrow'), 'open sesame\nand more\n', { mode: 0o600 });
  const { code, terminal } = await keygen('guarded', '--password-file', 'narrow');
  assert.is(code, 0);
  const secret = await readSecretKey(join(folder, 'guarded.key'), async () => 'open sesame');
  assert.ok(terminal.outLines.join('\n').includes(secret.publicKey.id));
  assert.not.match([...terminal.outLines, ...terminal.noteLines].join('\n'), /sesame/);
});

test('a key is never overwritten, neither half of it', async () => {
  for (const [name, file] of [
    ['one', 'one.key'],
    ['two', 'two.pub'],
  ] as const) {
    await writeFile(join(folder, file), 'mine');
    const { code, said } = await keygen(name, '--no-password');
    assert.is(code, 11);
    assert.match(said, /never overwritten/);
    assert.is(await readFile(join(folder, file), 'utf8'), 'mine');
  }
});

for (const [what, file, parameters, message] of [
  ['nobody to ask', null, [], /nobody to ask/],
  ['an empty password', '\n', [], /empty password/],
  ['two wishes at once', 'x\n', ['--no-password'], /different things/],
  ['a password file that is not there', null, ['--password-file', 'none'], /cannot read the password/],
] as const) {
  test(`${what} is refused and makes nothing`, async () => {
    const named = file === null ? [] : ['--password-file', 'given'];
    if (file !== null) await writeFile(join(folder, 'given'), file, { mode: 0o600 });
    const { code, said } = await keygen('refused', ...named, ...parameters);
    assert.ok(code === 12 || code === 2, String(code));
    assert.match(said, message);
    assert.is(await stat(join(folder, 'refused.key')).catch(() => null), null);
  });
}

test('a key does not go into a git work tree, unless that ignores it', async () => {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'keys'), { recursive: true });
  await execa('git', ['init', '--quiet', tree]);
  const refused = await keygen('tree/keys/release', '--no-password');
  assert.is(refused.code, 12);
  assert.match(refused.said, /git work tree .* does not ignore it/);
  await writeFile(join(tree, '.gitignore'), '*.key\n');
  assert.is((await keygen('tree/keys/release', '--no-password')).code, 0);
  const { stdout } = await execa('git', ['-C', tree, 'status', '--porcelain', '--untracked-files=all']);
  assert.not.match(stdout, /\.key/);
});

test('in a work tree where git cannot be asked a key is refused too', async () => {
  const broken = join(folder, 'broken');
  await mkdir(join(broken, '.git'), { recursive: true });
  await writeFile(join(broken, '.gitignore'), '*.key\n');
  assert.is((await keygen('broken/release', '--no-password')).code, 12);
});

test.run();

import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { readLock } from '../../builder/lock/read-lock.ts';
import { writeNewAppliance } from '../../builder/new/write-new-appliance.ts';
import { check } from '../../builder/recipe/check.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('new appliance');
const folder = temporaryFolder('new-appliance');

async function newAppliance(...parameters: string[]) {
  const terminal = capturedTerminal({ currentDirectory: folder });
  return { code: await run(['new', ...parameters], terminal), terminal };
}

test('outside a checkout it has a lock of its own, no mistakes, and no path of this machine', async () => {
  const { code, terminal } = await newAppliance('hello');
  assert.is(code, 0, terminal.noteLines.join('\n'));
  const made = join(folder, 'hello');
  assert.equal((await readdir(made)).sort(), [
    '.gitignore',
    'README.md',
    'boardsmith.lock',
    'daemon.test.ts',
    'daemon.ts',
    'recipe.yaml',
  ]);
  assert.equal(await check([made]), []);
  for (const file of await readdir(made)) {
    const text = await readFile(join(made, file), 'utf8');
    assert.not.ok(/appliance-name|TARGET|PLACE|SCHEMA|RUNTIME/.test(text), `${file} is not filled in`);
    assert.not.ok(text.includes(checkout), `${file} holds a path of this machine`);
  }
  const lock = await readLock(join(made, 'boardsmith.lock'));
  assert.not.ok(
    Object.values(lock.entries).some(({ name }) => name === 's3rver'),
    'a pin of another recipe',
  );
  assert.is(await run(['plan', './hello'], capturedTerminal({ currentDirectory: folder })), 0);
  assert.match(terminal.noteLines.join('\n'), /next: boardsmith build \.\/hello/);
});

test('Bun runs it if that is asked for, and what is no runtime is refused', async () => {
  assert.is((await newAppliance('by-bun', '--runtime', 'bun')).code, 0);
  const made = join(folder, 'by-bun');
  assert.equal(await check([made]), []);
  assert.is((await loadRecipe(join(made, 'recipe.yaml'))).runtime, 'bun');
  assert.is(await run(['plan', './by-bun'], capturedTerminal({ currentDirectory: folder })), 0);
  assert.is((await newAppliance('by-perl', '--runtime', 'perl')).code, 2);
});

test('its own test passes', async () => {
  await newAppliance('tested');
  await symlink(join(checkout, 'node_modules'), join(folder, 'tested', 'node_modules'));
  const { exitCode, all } = await execa(process.execPath, ['--import', 'tsx', '--test', 'daemon.test.ts'], {
    cwd: join(folder, 'tested'),
    reject: false,
    all: true,
  });
  assert.is(exitCode, 0, all);
});

test('refuses bad names and folders that hold something, and leaves nothing behind', async () => {
  for (const name of ['Hello', '-x', 'a_b', 'x'.repeat(33), '../up', '', 'init', 'boards']) {
    assert.is((await newAppliance('--', name)).code, 2, name);
  }
  await mkdir(join(folder, 'taken'));
  await cp(join(checkout, 'LICENSE'), join(folder, 'taken', 'LICENSE'));
  assert.is((await newAppliance('taken')).code, 11);
  assert.equal(await readdir(join(folder, 'taken')), ['LICENSE']);
  assert.equal(
    (await readdir(folder)).filter((name) => name.startsWith('.')),
    [],
  );
});

test('in a checkout it uses the lock and the schema of the checkout', async () => {
  const root = join(folder, 'checkout');
  const place = join(root, 'recipes', 'hello');
  await mkdir(join(root, 'recipes'), { recursive: true });
  await writeNewAppliance({
    name: 'hello',
    folder: place,
    boardsmithRoot: root,
    insideCheckout: true,
    runtime: 'node',
  });
  assert.not.ok((await readdir(place)).includes('boardsmith.lock'));
  assert.match(
    await readFile(join(place, 'recipe.yaml'), 'utf8'),
    /^# yaml-language-server: \$schema=\.\.\/recipe\.schema\.json\n/,
  );
  assert.equal(await check([place]), []);
});

test.run();

import { copyFile, cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { checkout } from '../support/places.ts';
import { inTerminal } from '../support/pseudo-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { everyHelp } from '../support/verb-help.ts';

const test = suite('examples of the help, as they stand');
const copy = join(temporaryFolder('examples'), 'checkout');

/**
 * In the order in which a person would try them. Building and trying a whole cluster takes many minutes, and an OpenWrt release needs its server's keys: those have
 * suites of their own.
 */
const tried = ['new', 'check', 'plan', 'lock', 'build', 'inspect', 'policy', 'boot', 'demo'];
const isTried = (example: string): boolean =>
  !/^boardsmith (?:build|test) skyminer|--router openwrt/.test(example);

test.before(async () => {
  const { stdout } = await execa('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: checkout,
  });
  // The clusters' appliances are those of the tests.
  for (const file of stdout
    .split('\0')
    .filter((name) => name !== '' && !/^test\/(?!appliances)/.test(name))) {
    await mkdir(join(copy, dirname(file)), { recursive: true });
    await cp(join(checkout, file), join(copy, file)).catch((error: NodeJS.ErrnoException) => {
      // Deleted and not yet committed.
      if (error.code !== 'ENOENT') throw error;
    });
  }
  await symlink(join(checkout, 'node_modules'), join(copy, 'node_modules'));
  await copyFile(await newcomerLock(['cxo']), join(copy, 'boardsmith.lock'));
});

const helps = await everyHelp();
for (const verb of tried) {
  const examples = helps.find(({ words }) => words === verb)?.examples.filter(isTried) ?? [];
  test(`${verb} has an example`, () => assert.ok(examples.length > 0));
  for (const example of examples) {
    test(example, async () => {
      let left = false;
      const { text, code } = await inTerminal([], {
        ...{ cwd: copy, checkout: copy, line: example.replace(/^boardsmith /, '') },
        // The one command that goes on until somebody ends it.
        type: (so_far) => {
          if (verb !== 'boot' || left || !/"event":"ready"/.test(so_far)) return '';
          left = true;
          return '\u0003';
        },
      });
      // As diff(1): 1 says that something opens.
      const good = example.startsWith('boardsmith policy diff') ? 1 : 0;
      // Its end says why, and a log may keep no more than the beginning of a message.
      assert.is(code, good, `exit code ${code}, after:\n${text.slice(-1500)}`);
    });
  }
}

test('what came of them is there', async () => {
  assert.match(await readFile(join(copy, 'recipes/hello/recipe.yaml'), 'utf8'), 'name: hello');
  assert.match(await readFile(join(copy, 'matrix.html'), 'utf8'), 'skyminer-4');
});

test.run();

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { builtStep } from './built-step.ts';
import { withoutHostTools } from './hidden-host-tools.ts';
import { checkout } from './places.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * Takes a step's output as it is in the cache, makes it anew in another folder, where this machine's own tools are hidden if that can be,
 * and compares every file that `compared` names.
 */
export async function assertSameTwice(board: string, kind: string, compared: RegExp): Promise<void> {
  const first = await builtStep({ board, kind });
  const folder = temporaryFolder('twice');
  const cache = join(folder, 'another', 'cache');
  await mkdir(cache, { recursive: true });
  const [program = '', ...words] = (await withoutHostTools(folder)) ?? [process.execPath];
  const parameters = [
    '--import',
    'tsx',
    join(checkout, 'test/support/programs/build-step.ts'),
    board,
    kind,
    cache,
  ];
  const { stdout } = await execa(program, [...words, ...parameters], {
    cwd: checkout,
    env: { TMPDIR: folder },
  });
  const second = stdout.trim().split('\n').at(-1)!;
  assert.ok(second.startsWith(cache), second);
  const names = (await readdir(first, { recursive: true })).sort();
  assert.equal((await readdir(second, { recursive: true })).sort(), names);
  const files = names.filter((path) => compared.test(path));
  assert.ok(files.length > 0);
  for (const name of files) {
    const [one, other] = await Promise.all([first, second].map((place) => readFile(join(place, name))));
    assert.ok(one!.equals(other!), `${name} differs`);
  }
}

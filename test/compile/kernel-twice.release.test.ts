import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builtStep } from '../support/built-step.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a kernel that is built twice');

test('is the same, bit for bit, compiled anew in another folder', async () => {
  const board = 'qemu-virt-hardened';
  const kind = 'built-kernel';
  const first = await builtStep({ board, kind });
  const cache = join(temporaryFolder('kernel-twice'), 'another', 'cache');
  await mkdir(cache, { recursive: true });
  const second = await builtStep({ board, kind, cache });
  assert.is.not(first, second);
  const names = (await readdir(first, { recursive: true })).sort();
  assert.equal((await readdir(second, { recursive: true })).sort(), names);
  for (const name of names.filter((path) => /\.dtb$|^(kernel|System\.map|config)$/.test(path))) {
    const [one, other] = await Promise.all([first, second].map((folder) => readFile(join(folder, name))));
    assert.ok(one!.equals(other!), `${name} differs`);
  }
});

test.run();

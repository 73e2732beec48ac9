import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../builder/cli/compiled/compile.mjs';
import { loadCompiled } from '../../builder/cli/compiled/compiled-program.mjs';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('the compiled command line');

interface Program {
  readonly root: string;
  readonly entry: string;
  readonly kept: string;
}

function program(name: string): Program {
  const root = temporaryFolder(name);
  mkdirSync(join(root, 'parts'));
  writeFileSync(
    join(root, 'main.ts'),
    "import { said } from './parts/said.ts';\nexport const answer: string = said;\nexport const place = import.meta.dirname;\n",
  );
  say(root, 'one');
  return { root, entry: join(root, 'main.ts'), kept: join(root, 'kept/program.cjs') };
}

function say(root: string, word: string): void {
  writeFileSync(join(root, 'parts/said.ts'), `export const said = '${word}';\n`);
}

/** Rewrites what is kept; the digest in its first line is made to fit, or not. */
function swap(kept: string, from: string, to: string): void {
  writeFileSync(kept, readFileSync(kept, 'utf8').replace(from, to));
}

test('is TypeScript in one module, and each part knows its own place', async () => {
  const one = program('compiled');
  assert.equal({ ...(await loadCompiled(one)) }, { answer: 'one', place: one.root });
});

test('is kept, and made anew when a part of it changed', async () => {
  const one = program('compiled-kept');
  await loadCompiled(one);
  const first = readFileSync(one.kept, 'utf8');
  await loadCompiled(one);
  assert.is(readFileSync(one.kept, 'utf8'), first);
  say(one.root, 'two');
  assert.is((await loadCompiled(one)).answer, 'two');
  assert.is.not(readFileSync(one.kept, 'utf8'), first);
});

test('is not run if what was kept is damaged or cut off', async () => {
  const one = program('compiled-damaged');
  await loadCompiled(one);
  swap(one.kept, '"one"', '"bad"');
  assert.is((await loadCompiled(one)).answer, 'one');
  writeFileSync(one.kept, readFileSync(one.kept).subarray(0, 200));
  assert.is((await loadCompiled(one)).answer, 'one');
  writeFileSync(one.kept, '');
  assert.is((await loadCompiled(one)).answer, 'one');
});

test('runs where nothing can be kept', async () => {
  const one = program('compiled-unkept');
  writeFileSync(join(one.root, 'kept'), 'a file in the way');
  assert.is((await loadCompiled(one)).answer, 'one');
});

test('an installed package brings it, and needs neither its sources nor esbuild', async () => {
  const one = program('compiled-packed');
  const packed = join(one.root, 'packed.cjs');
  const { text } = await compile(one);
  writeFileSync(packed, text);
  const elsewhere = temporaryFolder('compiled-elsewhere');
  const installed = { ...one, root: elsewhere, packed };
  rmSync(one.entry);
  assert.equal({ ...(await loadCompiled(installed)) }, { answer: 'one', place: elsewhere });
});

test('a checkout runs its sources, whatever an interrupted pack left', async () => {
  const one = program('compiled-checkout');
  const packed = join(one.root, 'packed.cjs');
  writeFileSync(packed, 'exports.answer = "left";');
  assert.is((await loadCompiled({ ...one, packed })).answer, 'left');
  writeFileSync(join(one.root, 'tsconfig.json'), '{}');
  assert.is((await loadCompiled({ ...one, packed })).answer, 'one');
});

test('names file and line of what is no TypeScript, and what cannot be found', async () => {
  const one = program('compiled-broken');
  writeFileSync(join(one.root, 'parts/said.ts'), 'export const said = ;\n');
  const broken = await loadCompiled(one).catch((error: Error) => error.message);
  assert.match(String(broken), /parts\/said\.ts:1:20/);
  writeFileSync(join(one.root, 'parts/said.ts'), "export { said } from 'not-installed';\n");
  const missing = await loadCompiled(one).catch((error: Error) => error.message);
  assert.match(String(missing), /Could not resolve "not-installed"/);
});

test.run();

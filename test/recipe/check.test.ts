import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../builder/recipe/check.ts';
import { badFixtures } from '../support/bad-fixtures.ts';
import { boardFile } from '../support/board-file.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { recipeFolder } from '../support/unusual-recipe-folders.ts';

const test = suite('check files');

test('the recipes, boards and clusters of the repository have no mistakes', async () => {
  const files = [
    'recipes/cxo',
    'recipes/boards/qemu-virt.yaml',
    'test/appliances/plain',
    'recipes/clusters/skyminer-4.yaml',
    'recipes/clusters/skyminer-8.yaml',
  ];
  assert.equal(await check(files.map((file) => join(checkout, file))), []);
});

test('mistakes of several files, by file; a file named twice counts once', async () => {
  const bad = (name: string) => join(badFixtures, name);
  const folder = join(badFixtures, 'folders/package-json-broken');
  const files = [
    bad('recipe/name-reserved.yaml'),
    folder,
    bad('boards/panic-twice.yaml'),
    join(folder, 'recipe.yaml'),
  ];
  assert.equal(
    (await check(files)).map(({ rule }) => rule),
    ['panic-reboots', 'package-json-valid', 'name-reserved'],
  );
});

test('what is not there is a mistake among the others', async () => {
  const [problem] = await check(['/nowhere/recipe.yaml']);
  assert.equal(problem, {
    file: '/nowhere/recipe.yaml',
    line: 1,
    column: 1,
    message: 'there is no such file',
    remedy: 'give the path of a YAML file',
    rule: 'file-readable',
  });
});

test('a board is known by its content where its folder says nothing', async () => {
  assert.equal(await check([boardFile()]), []);
});

test('a cluster too', async () => {
  const cluster = readFileSync(join(badFixtures, 'clusters/units-at-most.yaml'), 'utf8');
  const file = join(temporaryFolder('cluster'), 'units-at-most.yaml');
  writeFileSync(file, cluster);
  assert.ok((await check([file])).some(({ rule }) => rule === 'units-at-most'));
});

test('a recipe may have another name than recipe.yaml', async () => {
  const folder = recipeFolder('renamed');
  cpSync(join(folder, 'recipe.yaml'), join(folder, 'other.yaml'));
  assert.equal(await check([join(folder, 'other.yaml')]), []);
});

test('hostile files are refused within a moment', async () => {
  const folder = temporaryFolder('hostile');
  const started = performance.now();
  for (const [index, text] of hostile.entries()) {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, text);
    assert.is.not((await check([file])).length, 0, text.slice(0, 20));
  }
  // A guard against runaway work, far from what it takes (a second).
  assert.ok(performance.now() - started < 60_000);
});

/** Each as large as a file may be. */
const hostile = [
  '['.repeat(65_000),
  '{a: '.repeat(16_000),
  `a: &a a\nb: [${'*a, '.repeat(16_000)}]\n`,
  Array.from({ length: 2800 }, (_, index) => `a${index}: &a${index} [*a${index - 1}]\n`)
    .join('')
    .replace('*a-1', 'a'),
  `a: &a {${Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join(', ')}}\nb: [${'*a, '.repeat(500)}]\n`,
  Array.from({ length: 8000 }, (_, index) => `k${index}: `).join('\n'),
  `${'- '.repeat(30_000)}\n`,
  `a: "${'\\u0000'.repeat(10_000)}"\n`,
];

test.run();

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { SourceEntry } from '../../builder/recipe/resolved-recipe.ts';
import { matchesGolden } from '../support/golden.ts';
import { checkout } from '../support/places.ts';
import { rejectedWith } from '../support/rejection.ts';
import { recipeFolder } from '../support/unusual-recipe-folders.ts';

const test = suite('load a recipe');

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a recipe that says only what it must has every default', async () => {
  const folder = recipeFolder('defaults');
  const recipe = await loadRecipe(folder);
  assert.is(recipe.directory, folder);
  matchesGolden('recipe/defaults.json', json({ ...recipe, directory: '' }));
});

test('a recipe that says all it can', async () => {
  const folder = recipeFolder('everything', everything);
  matchesGolden('recipe/everything.json', json({ ...(await loadRecipe(folder)), directory: '' }));
});

test('the file and its folder mean the same; the result is frozen all through', async () => {
  const recipe = await loadRecipe(join(checkout, 'recipes/cxo'));
  assert.equal(await loadRecipe(join(checkout, 'recipes/cxo/recipe.yaml')), recipe);
  assert.equal(thawed(recipe, 'recipe'), []);
});

test('nothing of positions or comments is in the result', async () => {
  const folder = recipeFolder('comments');
  const before = json(await loadRecipe(folder));
  const file = join(folder, 'recipe.yaml');
  writeFileSync(file, `# A comment.\n\n${readFileSync(file, 'utf8')}`);
  assert.is(json(await loadRecipe(folder)), before);
});

test('the order in which authorities are written is of no account', async () => {
  const folder = recipeFolder('authorities', everything);
  const { unit } = await loadRecipe(folder);
  assert.equal(unit.authorities, [...unit.authorities].sort());
  const [first, second] = unit.authorities;
  writeFileSync(
    join(folder, 'recipe.yaml'),
    everything.replace(first!, 'OTHER').replace(second!, first!).replace('OTHER', second!),
  );
  assert.equal((await loadRecipe(folder)).unit, unit);
});

test('the object store of the repository', async () => {
  const recipe = await loadRecipe(join(checkout, 'recipes/cxo'));
  assert.is(recipe.name, 'cxo');
  assert.equal(
    recipe.ports.map(({ name, port, protocol }) => ({ name, port, protocol })),
    [{ name: 'http', port: 8003, protocol: 'tcp' }],
  );
  assert.is(recipe.readiness, 'descriptor');
  assert.is(
    recipe.environment.CXO_MAX_OBJECT_MIB,
    '1024',
    'the default of a setting is part of the environment',
  );
  assert.is(recipe.environment.CXO_QUOTA_MIB, undefined);
});

test('its sources are the modules and JSON files that a bundle may read, by content', async () => {
  const folder = recipeFolder('sources');
  const files = [
    'Zebra.ts',
    'a.mts',
    'a.cts',
    'b.js',
    'b.mjs',
    'b.cjs',
    'data.json',
    'lib.ts',
    'lib/deep/er.ts',
    'lib/er.test.ts',
    'lib/er.test.mjs',
    'test/x.ts',
    'tests/x.ts',
    'lib/test/x.ts',
    'node_modules/x/index.js',
    'lib/node_modules/x/index.js',
    '.hidden.ts',
    '.git/x.js',
    'README.md',
    'notes.txt',
    'package-lock.json',
    'lib/package-lock.json',
    'testing.ts',
  ];
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  const { sources } = (await loadRecipe(folder)).entry as SourceEntry;
  assert.equal(
    sources.map(({ path }) => path),
    // By code unit: capitals first, a point before a slash.
    'Zebra.ts a.cts a.mts b.cjs b.js b.mjs daemon.ts data.json lib.ts lib/deep/er.ts lib/package-lock.json testing.ts'.split(
      ' ',
    ),
  );
  assert.is(sources.find(({ path }) => path === 'lib/deep/er.ts')!.sha256, sha256('lib/deep/er.ts'));
});

test('the lock of its npm packages counts by its own checksum, if it needs any', async () => {
  const folder = recipeFolder('packages');
  const lock = '{ "lockfileVersion": 3 }';
  writeFileSync(join(folder, 'package-lock.json'), lock);
  writeFileSync(join(folder, 'package.json'), '{ "devDependencies": { "tsx": "4.0.0" } }');
  assert.is(((await loadRecipe(folder)).entry as SourceEntry).packageLockSha256, null);
  writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "ws": "8.18.3" } }');
  assert.is(((await loadRecipe(folder)).entry as SourceEntry).packageLockSha256, sha256(lock));
});

test('an npm package by exact version, with scope, prerelease and command', async () => {
  const text = (entry: string) => `name: fixture
description: A daemon from npm
${entry}
memory: 96 MiB
ports: { http: { port: 8080, purpose: answers } }
`;
  const load = async (entry: string) => (await loadRecipe(recipeFolder('npm', text(entry)))).entry;
  assert.equal(await load('entry: npm:http-server@14.1.1'), {
    kind: 'npm',
    package: 'http-server',
    version: '14.1.1',
    bin: null,
  });
  assert.equal(await load('entry: npm:@scope/a.b@1.0.0-rc.1\nbin: serve'), {
    kind: 'npm',
    package: '@scope/a.b',
    version: '1.0.0-rc.1',
    bin: 'serve',
  });
});

test('refuses a link to a folder and a link that leads nowhere', async () => {
  for (const target of ['/tmp', 'nowhere']) {
    const folder = recipeFolder('links');
    symlinkSync(target, join(folder, 'shared'));
    const error = await rejectedWith(loadRecipe(folder), 'RECIPE_INVALID', /^1 mistake in /);
    assert.match(error.problems[0]!, /:3:8: shared in the recipe's folder is a symbolic link; /);
  }
});

test('a file that cannot be read is FILE_UNUSABLE, with what to do', async () => {
  const folder = recipeFolder('unusable');
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
  for (const [file, reason] of [
    ['missing.yaml', /no such file/],
    ['pipe.yaml', /no regular file/],
  ] as const) {
    const error = await rejectedWith(loadRecipe(join(folder, file)), 'FILE_UNUSABLE', reason);
    assert.match(error.hint!, /boardsmith new/);
  }
});

test('mistakes are RECIPE_INVALID, all at once, in the order of the file', async () => {
  const file = join(checkout, 'test/fixtures/recipe/bad/recipe/several-mistakes.yaml');
  const message = /^7 mistakes in .*several-mistakes\.yaml$/;
  const error = await rejectedWith(loadRecipe(file), 'RECIPE_INVALID', message);
  assert.match(error.hint!, /^boardsmith check .*several-mistakes\.yaml$/);
  const lines = error.problems.map((line) => Number(/:(\d+):\d+: /.exec(line)![1]));
  assert.equal(lines, [1, 4, 9, 13, 14, 15, 18]);
});

const everything = `
name: everything
description: Everything that a recipe can say
runtime: node
entry: ./daemon.ts
arguments: [--level, "3"]
ports:
  web: { port: 80, purpose: pages }
  dht: { port: 8999, protocol: udp, purpose: finds others }
environment: { ZONE: z, ALPHA: "" }
memory: 1 GiB
data: { minimum: 1 GiB }
health: { http: { port: web, path: "/ok?a=1", interval: 1 min, timeout: 20 s, failures: 5 } }
readiness: descriptor
stopTimeout: 2 min
needs: { dns: true, time: true }
connects:
  seeds: { ports: [8444, 443], purpose: first peers }
  peers: { protocol: udp, ports: [8999], by: address, purpose: other nodes }
capabilities: [net_raw, net_bind_service]
systemCalls: [timerfd_settime, timerfd_create]
unit:
  authority:
    - RWRVXHEzOtOz/EaF4kl1Mz1ajpVdLKFm5y1H1Dme5z507jJ5U8esVhzV
    - RWQpZ3WzRo3oursgyRgEdoDJc83VqbgrMiXExYGl7zTPgMiisceHlkHj
  receives: [device-key, serial]
  settings:
    REGION: { description: where it stands, default: eu }
    LABEL: { description: its sticker, required: true }
  secrets:
    TOKEN: { description: proves who it is, required: true }
`;

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Paths of what is not frozen. */
function thawed(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, part]) => thawed(part, `${path}.${name}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

test.run();

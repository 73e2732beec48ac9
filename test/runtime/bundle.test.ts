import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeRuntime } from '../../builder/runtime/node-runtime.ts';
import { bundleTrial, refusedBundle } from '../support/bundle-trial.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('bundle');

const daemon = {
  'daemon.ts':
    "#!/usr/bin/env node\nimport { twice } from './lib/twice.ts';\nimport part from 'part';\nprint(twice(part.n));",
  'lib/twice.ts': 'export const twice = (n: number): number => 2 * n;',
};
const part = {
  'part/package.json': '{"name":"part","version":"1.2.3","license":"ISC"}',
  'part/index.js': 'exports.n = require("inner").n',
  'part/LICENSE.md': 'do as you like',
  'part/node_modules/inner/package.json':
    '{"name":"inner","version":"0.1.0","licenses":[{"type":"MIT"},{"type":"ISC"}]}',
  'part/node_modules/inner/index.js': 'exports.n = 21',
  'unused/package.json': '{"name":"unused","version":"9.0.0"}',
  'unused/index.js': '',
};

/** Runs a bundle and returns what it prints. */
function run(code: string, globals: object = {}): unknown[] {
  const printed: unknown[] = [];
  const module = { exports: {} };
  const refuse = (name: string): never => {
    throw new Error(`no module ${name}`);
  };
  runInNewContext(code, {
    module,
    exports: module.exports,
    require: refuse,
    print: printed.push.bind(printed),
    ...globals,
  });
  return printed;
}

test('puts sources and packages into one module that runs', async () => {
  const { code, notes } = await bundleTrial({ files: daemon, packages: part });
  assert.equal(run(code), [42]);
  assert.not.match(code, /^#!/);
  assert.equal(notes, []);
});

test('is the same in any folder, and names none', async () => {
  const folders = [temporaryFolder('a'), join(temporaryFolder('b'), 'deeper/and deeper')];
  mkdirSync(folders[1]!, { recursive: true });
  const [one, two] = await Promise.all(
    folders.map((scratch) => bundleTrial({ files: daemon, packages: part, scratch })),
  );
  assert.is(one!.code, two!.code);
  for (const folder of folders) assert.not.ok(one!.code.includes(folder));
  assert.not.match(one!.code, /\/tmp|sourceMapping/);
});

test('is not steered by what lies above its folder', async () => {
  const above = temporaryFolder('above');
  writeFileSync(join(above, 'tsconfig.json'), '{"compilerOptions":{"paths":{"part":["./evil.ts"]}}}');
  writeFileSync(join(above, 'package.json'), '{"sideEffects":false}');
  writeFileSync(join(above, 'evil.ts'), 'export default { n: 666 };');
  const scratch = join(above, 'scratch');
  mkdirSync(scratch);
  const files = {
    ...daemon,
    'daemon.ts': `${daemon['daemon.ts']}\nimport './effect.ts';`,
    'effect.ts': 'print(1)',
  };
  const { code } = await bundleTrial({ files, packages: part, scratch });
  assert.equal(run(code), [1, 42]);
});

test('is not steered by the environment', async () => {
  const elsewhere = temporaryFolder('node-path');
  mkdirSync(join(elsewhere, 'absent'));
  writeFileSync(join(elsewhere, 'absent/index.js'), 'print("from NODE_PATH")');
  process.env.NODE_PATH = elsewhere;
  try {
    const problems = await refusedBundle({ files: { 'daemon.ts': "import 'absent';" } });
    assert.match(problems[0] ?? '', /"absent" is not in the lock/);
  } finally {
    delete process.env.NODE_PATH;
  }
});

test('names the packages that are in it, with their licences', async () => {
  const { packages } = await bundleTrial({ files: daemon, packages: part });
  assert.equal(packages, [
    {
      name: 'part',
      version: '1.2.3',
      licence: 'ISC',
      texts: [{ name: 'LICENSE.md', text: 'do as you like' }],
    },
    { name: 'inner', version: '0.1.0', licence: 'MIT OR ISC', texts: [] },
  ]);
});

test('packages are in production', async () => {
  const { code } = await bundleTrial({ files: { 'daemon.ts': 'print(process.env.NODE_ENV);' } });
  assert.equal(run(code), ['production']);
});

test('an import whose absence is handled, and computed names in packages, are notes', async () => {
  const { notes, code } = await bundleTrial({
    files: { 'daemon.ts': "import 'part';\ntry { require('absent'); } catch { print('without'); }" },
    packages: { ...part, 'part/index.js': 'exports.load = (name) => require(name)' },
  });
  assert.equal(notes, [
    'recipes/trial/daemon.ts:2:7: "absent" is absent; the code handles that',
    'node_modules/part/index.js:1:26: This call to "require" will not be bundled because the argument is not a string literal',
  ]);
  assert.equal(run(code), ['without']);
});

test('unused imports of types are nothing to speak of', async () => {
  const { notes } = await bundleTrial({
    files: {
      'daemon.ts':
        "import type { A } from 'only-types';\nimport { B } from 'types-too';\nconst x: A | B = 1;\nprint(x);",
    },
  });
  assert.equal(notes, []);
});

test('depd is taken without the part that makes code from strings, whoever asks for it', async () => {
  const { code } = await bundleTrial({
    files: { 'daemon.ts': "import 'part';" },
    packages: {
      'part/package.json': '{"name":"part"}',
      'part/index.js': 'require("depd")',
      'depd/package.json': '{"name":"depd","main":"index.js"}',
      'depd/index.js': 'new Function("print(1)")()',
      'depd/lib/browser/index.js': 'print("harmless")',
    },
  });
  assert.equal(run(code), ['harmless']);
});

test('a daemon stops with its signal', async () => {
  const { bundle } = await import('../../builder/runtime/bundle.ts');
  const { installedEsbuild } = await import('../support/installed-esbuild.ts');
  const root = temporaryFolder('files');
  writeFileSync(join(root, 'daemon.ts'), '');
  const stopped = bundle({
    esbuild: installedEsbuild(),
    entry: { kind: 'source', path: 'daemon.ts' },
    sources: { root, files: ['daemon.ts'], name: '' },
    packages: null,
    runtime: nodeRuntime,
    scratch: temporaryFolder('bundle'),
    signal: AbortSignal.abort(),
  });
  await rejectedWith(stopped, 'INTERRUPTED', /stopped/);
});

/** A published package whose package.json says `manifest`. */
function published(manifest: object): Readonly<Record<string, string>> {
  return {
    'daemon/package.json': JSON.stringify({ name: 'daemon', version: '2.0.0', ...manifest }),
    'daemon/bin/a': '#!/usr/bin/env node\nprint("a")\nif (require.main === module) print("main")',
    'daemon/bin/b.js': 'print("b")',
    'daemon/main.js': 'print("main")',
    'daemon/index.js': 'print("index")',
  };
}

const programs: readonly (readonly [string, object, string | null, unknown[]])[] = [
  ['its only program', { bin: './bin/b.js' }, null, ['b']],
  ['its only program under two names', { bin: { x: 'bin/b.js', y: 'bin/b.js' } }, null, ['b']],
  ['the program that is named', { bin: { x: 'bin/a', y: 'bin/b.js' } }, 'y', ['b']],
  ['the program that has the name of the package', { bin: './bin/b.js' }, 'daemon', ['b']],
  ['a program that asks whether it is the main one', { bin: './bin/a' }, null, ['a', 'main']],
  ['its main module, if it has no program', { main: 'main.js' }, null, ['main']],
  ['index.js, if it says nothing', {}, null, ['index']],
];

for (const [name, manifest, bin, printed] of programs) {
  test(`of a published package takes ${name}`, async () => {
    const { code } = await bundleTrial({
      entry: { kind: 'npm', package: 'daemon', bin },
      packages: published(manifest),
    });
    const module = { exports: {} };
    const require = Object.assign(() => ({}), { main: module });
    assert.equal(run(code, { require, module }), printed);
  });
}

const badPrograms: readonly (readonly [string, object, string | null, RegExp])[] = [
  ['a program that is not there', { bin: { x: 'bin/a' } }, 'z', /daemon@2\.0\.0 has no program z/],
  ['several programs and no name', { bin: { x: 'bin/a', y: 'bin/b.js' } }, null, /has several programs/],
  ['a program outside of the package', { bin: '../other/index.js' }, null, /outside of its folder/],
];

for (const [name, manifest, bin, message] of badPrograms) {
  test(`of a published package refuses ${name}`, async () => {
    const entry = { kind: 'npm', package: 'daemon', bin } as const;
    const error = await rejectedWith(
      bundleTrial({ entry, packages: published(manifest) }),
      'STEP_FAILED',
      message,
    );
    assert.match(error.hint ?? '', /its programs: /);
  });
}

test.run();

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BundleTrial, refusedBundle } from '../support/bundle-trial.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('bundle refusals');

/** A daemon that imports a package, and the package's files. */
function withPackage(files: Readonly<Record<string, string>>, manifest: object = {}): BundleTrial {
  const packages = { 'part/package.json': JSON.stringify({ name: 'part', version: '1.2.3', ...manifest }) };
  return {
    files: { 'daemon.ts': "// first line\nimport 'part';" },
    packages: { ...packages, 'part/index.js': '', ...files },
  };
}

const nativeLoader = { 'bindings/package.json': '{"name":"bindings"}', 'bindings/index.js': '' };

/** One bad daemon for each thing refused, with the problem that it must give. */
const refusals: readonly (readonly [string, BundleTrial, RegExp])[] = [
  [
    'a package that is not in the lock',
    { files: { 'daemon.ts': "console.log(1);\nimport 'left-pad';" } },
    /^recipes\/trial\/daemon\.ts:2:8: "left-pad" is not in the lock; npm install it/,
  ],
  [
    'a file that is not there',
    { files: { 'daemon.ts': "import { a } from './a.ts';\nconsole.log(a);" } },
    /^recipes\/trial\/daemon\.ts:1:19: "\.\/a\.ts" is not among the daemon's files/,
  ],
  [
    'a file outside of the folder',
    { files: { 'daemon.ts': "import '../other/secret.ts';" } },
    /^recipes\/trial\/daemon\.ts:1:8: "\.\.\/other\/secret\.ts" is not among the daemon's files/,
  ],
  [
    'what a package needs and does not have',
    withPackage({ 'part/index.js': "require('spdy')" }),
    /^node_modules\/part\/index\.js:1:9: the package needs "spdy", which is not in the lock/,
  ],
  [
    'a file that a package does not have',
    withPackage({ 'part/index.js': "require('./lost')" }),
    /^node_modules\/part\/index\.js:1:9: "\.\/lost" is not in the package/,
  ],
  [
    'a native addon in the recipe',
    { files: { 'daemon.ts': "import './fast.node';", 'fast.node': '' } },
    /^recipes\/trial\/daemon\.ts:1:8: fast\.node is a native addon/,
  ],
  [
    'a native addon that is not built',
    withPackage({ 'part/index.js': "require('./build/Release/part.node')" }),
    /^node_modules\/part\/index\.js:1:9: \.\/build\/Release\/part\.node is a native addon/,
  ],
  [
    'a native addon whose absence is handled',
    withPackage({ 'part/index.js': "try { require('./part.linux-arm64-musl.node') } catch {}" }),
    /^node_modules\/part\/index\.js:1:7: \.\/part\.linux-arm64-musl\.node is a native addon/,
  ],
  [
    'a package with a binding.gyp',
    withPackage({ 'part/binding.gyp': '{}' }),
    /^recipes\/trial\/daemon\.ts:2:1: part is a native addon \(it has a binding\.gyp\)/,
  ],
  [
    'a package with prebuilds',
    withPackage({ 'part/prebuilds/linux-arm64/x': '' }),
    /^recipes\/trial\/daemon\.ts:2:1: part is a native addon \(it has prebuilds\)/,
  ],
  [
    'a package with gypfile',
    withPackage({}, { gypfile: true }),
    /part is a native addon \(its package\.json/,
  ],
  [
    'a package of node-pre-gyp',
    withPackage({}, { binary: { module_name: 'part' } }),
    /part is a native addon \(its package\.json/,
  ],
  [
    'a package of napi-rs',
    withPackage({}, { napi: { name: 'part' } }),
    /part is a native addon \(its package\.json/,
  ],
  [
    'a package that loads a native addon by a helper',
    withPackage({ ...nativeLoader, 'part/index.js': "\nrequire('bindings')('part')" }),
    /^node_modules\/part\/index\.js:2:1: bindings loads native addons/,
  ],
  [
    'a published daemon that is native itself',
    {
      entry: { kind: 'npm', package: 'part', bin: null },
      packages: {
        'part/package.json': '{"name":"part","main":"i.js"}',
        'part/i.js': '',
        'part/binding.gyp': '',
      },
    },
    /^node_modules\/part\/package\.json:1:1: part is a native addon/,
  ],
  [
    'require with a computed name',
    { files: { 'daemon.ts': 'declare const require: (n: string) => void;\nrequire(process.env.PLUGIN!);' } },
    /^recipes\/trial\/daemon\.ts:2:1: require with a name that is computed/,
  ],
  [
    'import() with a computed name',
    { files: { 'daemon.ts': 'void import(process.env.PLUGIN!);' } },
    /^recipes\/trial\/daemon\.ts:1:6: import\(\) with a name that is computed/,
  ],
  [
    'require as a value',
    { files: { 'daemon.ts': "const load = require;\nload('./x');" } },
    /^recipes\/trial\/daemon\.ts:1:14: require is used as a value/,
  ],
  [
    'require.resolve',
    { files: { 'daemon.ts': "console.log(require.resolve('./page.html'));" } },
    /^recipes\/trial\/daemon\.ts:1:29: require\.resolve finds no file/,
  ],
  [
    'eval',
    { files: { 'daemon.ts': "eval('1');" } },
    /^recipes\/trial\/daemon\.ts:1:1: the program runs without eval/,
  ],
  [
    'await outside of a function',
    { files: { 'daemon.ts': 'await Promise.resolve();\nexport {};' } },
    /^recipes\/trial\/daemon\.ts:1:1: await outside of a function .* put it into an async function/,
  ],
  [
    'await outside of a function in a package',
    withPackage({ 'part/index.js': 'export default await 1' }, { type: 'module' }),
    /^node_modules\/part\/index\.js:1:16: the package awaits outside of a function/,
  ],
  [
    'import.meta',
    { files: { 'daemon.ts': "\nconsole.log(new URL('./a', import.meta.url));" } },
    /^recipes\/trial\/daemon\.ts:2:28: import\.meta has no value/,
  ],
  [
    'import.meta in a package',
    withPackage({ 'part/index.js': 'console.log(import.meta.url)' }, { type: 'module' }),
    /^node_modules\/part\/index\.js:1:13: the package uses import\.meta/,
  ],
  [
    'a module that Node does not have',
    {
      files: { 'daemon.ts': "import fs from 'node:fs';\nimport ffi from 'node:ffi';\nconsole.log(fs, ffi);" },
    },
    /^recipes\/trial\/daemon\.ts:2:12: node:ffi does not exist in the Node of the image/,
  ],
  [
    'a file that is neither code nor data',
    { files: { 'daemon.ts': "import page from './page.html';\nconsole.log(page);", 'page.html': '' } },
    /^recipes\/trial\/daemon\.ts:1:18: page\.html is neither code, JSON nor text/,
  ],
  [
    'a mistake of syntax',
    { files: { 'daemon.ts': 'const a = ;' } },
    /^recipes\/trial\/daemon\.ts:1:11: Unexpected ";"/,
  ],
];

for (const [name, trial, problem] of refusals) {
  test(`refuses ${name}`, async () => {
    const problems = await refusedBundle(trial);
    assert.is(problems.length, 1, problems.join('\n'));
    assert.match(problems[0]!, problem);
  });
}

test('names all mistakes at once, by file and line', async () => {
  const problems = await refusedBundle({
    files: { 'daemon.ts': "import './b.ts';\nimport 'absent-1';\neval('1');", 'b.ts': "import 'absent-2';" },
  });
  const places = problems.map((problem) => /^[^:]+:\d+/.exec(problem)?.[0]);
  assert.equal(places, ['recipes/trial/b.ts:1', 'recipes/trial/daemon.ts:2', 'recipes/trial/daemon.ts:3']);
});

test('refuses a package that lies above the scratch folder', async () => {
  const above = temporaryFolder('above');
  mkdirSync(join(above, 'node_modules/stray'), { recursive: true });
  writeFileSync(join(above, 'node_modules/stray/index.js'), 'console.log("stray")');
  const scratch = join(above, 'scratch');
  mkdirSync(scratch);
  const problems = await refusedBundle({ files: { 'daemon.ts': "import 'stray';" }, scratch });
  assert.equal(problems, [
    'recipes/trial/daemon.ts:1:1: "stray" would come from outside the daemon\'s files and the lock',
  ]);
});

test.run();

import { suggest } from '../../did-you-mean.ts';
import { recipeRule } from '../recipe-fields.ts';

/** Official grammar: https://semver.org, without build metadata, which npm drops. */
const exactVersion = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;
/** https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const mainModule = /\.[mc]?[tj]s$/;

export const entryRules = [
  recipeRule('entry-npm-name', ['entry'], ({ entry }, report) => {
    if (entry.kind !== 'npm' || (packageName.test(entry.package) && entry.package.length <= 214)) return;
    report({
      at: ['entry'],
      message: `${JSON.stringify(entry.package)} is no name of an npm package`,
      remedy: 'write npm:PACKAGE@VERSION, for example npm:http-server@14.1.1',
    });
  }),

  recipeRule('entry-npm-version', ['entry'], ({ entry }, report) => {
    if (entry.kind !== 'npm' || exactVersion.test(entry.version)) return;
    report({
      at: ['entry'],
      message:
        entry.version === '' ? 'the npm package has no version' : `${entry.version} is no exact version`,
      remedy: `write one version, not a range or tag: npm:${entry.package}@1.2.3 (npm view ${entry.package} version shows the newest)`,
    });
  }),

  recipeRule('entry-below-folder', ['entry'], ({ entry }, report) => {
    if (entry.kind !== 'source' || isPlainPath(entry.path)) return;
    report({
      at: ['entry'],
      message: `${JSON.stringify(entry.path)} does not stay in the recipe's folder`,
      remedy: 'write a path below the folder of recipe.yaml, with / between its parts and without ..',
    });
  }),

  recipeRule('entry-extension', ['entry'], ({ entry }, report) => {
    if (entry.kind !== 'source' || mainModule.test(entry.path)) return;
    report({
      at: ['entry'],
      message: `${JSON.stringify(entry.path)} is no TypeScript or JavaScript module`,
      remedy: 'name a file that ends with .ts, .mts, .cts, .js, .mjs or .cjs, or npm:PACKAGE@VERSION',
    });
  }),

  recipeRule('entry-exists', ['entry'], ({ entry }, report, { sources, links, tooMany, unreadable }) => {
    if (entry.kind !== 'source' || !isPlainPath(entry.path) || !mainModule.test(entry.path) || tooMany)
      return;
    const known = [...links, ...unreadable.map(({ path }) => path), ...sources.map(({ path }) => path)];
    if (known.some((path) => path === entry.path || entry.path.startsWith(`${path}/`))) return;
    const modules = sources.map(({ path }) => path).filter((path) => mainModule.test(path));
    report({
      at: ['entry'],
      message: `there is no module ${entry.path} in the recipe's folder (tests and node_modules do not count)`,
      remedy: modules.length === 0 ? 'write it' : suggest(entry.path, modules.slice(0, 8)),
    });
  }),

  recipeRule('bin-needs-npm', ['entry', 'bin'], ({ entry, bin }, report) => {
    if (bin === null || entry.kind === 'npm') return;
    report({
      at: ['bin'],
      on: 'key',
      message: 'bin names a command of an npm package, but entry is a file',
      remedy: 'remove bin',
    });
  }),
];

function isPlainPath(path: string): boolean {
  return path
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\\0]/.test(part));
}

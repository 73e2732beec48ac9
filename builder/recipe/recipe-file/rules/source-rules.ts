import { recipeRule } from '../recipe-fields.ts';

/** About the files beside recipe.yaml. A daemon from npm has none. */
export const sourceRules = [
  recipeRule('sources-no-links', ['entry'], ({ entry }, report, { links }) => {
    if (entry.kind !== 'source') return;
    for (const link of links) {
      report({
        at: ['entry'],
        message: `${link} in the recipe's folder is a symbolic link`,
        remedy: 'put the file itself there, or the recipe into a folder of its own',
      });
    }
  }),

  recipeRule('sources-readable', ['entry'], ({ entry }, report, { unreadable }) => {
    if (entry.kind !== 'source') return;
    for (const { path, reason } of unreadable) {
      report({ at: ['entry'], message: `${path} cannot be read (${reason})`, remedy: 'make it readable' });
    }
  }),

  recipeRule('sources-not-too-many', ['entry'], ({ entry }, report, { tooMany }) => {
    if (entry.kind !== 'source' || !tooMany) return;
    report({
      at: ['entry'],
      message: "the recipe's folder holds more than 5000 modules and JSON files",
      remedy: 'put the recipe into a folder of its own',
    });
  }),

  recipeRule('package-json-valid', ['entry'], ({ entry }, report, { manifestError }) => {
    if (entry.kind !== 'source' || manifestError === null) return;
    report({
      at: ['entry'],
      message: `package.json is not JSON (${manifestError})`,
      remedy: 'correct package.json',
    });
  }),

  recipeRule(
    'dependencies-locked',
    ['entry'],
    ({ entry }, report, { hasDependencies, packageLockSha256 }) => {
      if (entry.kind !== 'source' || !hasDependencies || packageLockSha256 !== null) return;
      report({
        at: ['entry'],
        message: 'package.json names dependencies, but there is no package-lock.json beside it',
        remedy: 'run npm install --package-lock-only in the folder of the recipe',
      });
    },
  ),
];

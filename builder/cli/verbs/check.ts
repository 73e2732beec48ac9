import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes } from '../../error/error-codes.ts';
import { check as checkFiles } from '../../recipe/check.ts';
import { problemsError } from '../../recipe/problem.ts';
import type { Terminal } from '../terminal.ts';
import { findRecipe } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

/** `boardsmith check`: all mistakes of recipe and board files at once. */
export const check: Verb = {
  define(program, terminal, exit) {
    describeVerb(
      program,
      'check <file...>',
      'check recipes and board files; reports all mistakes at once',
      'boardsmith check recipes/cxo/recipe.yaml recipes/boards/qemu-virt.yaml',
    )
      .option('--json', 'print the result as one JSON object')
      .action(async (files: string[], options: { json?: true }) => {
        const problems = await checkFiles(files.map((file) => checkable(terminal, file)));
        if (options.json) {
          terminal.out(JSON.stringify({ files, problems }));
          if (problems.length > 0) exit(exitCodes.RECIPE_INVALID);
          return;
        }
        if (problems.length > 0) throw problemsError(problems);
        terminal.out(`${files.length} file${files.length === 1 ? '' : 's'} checked, no mistakes`);
      });
  },
};

/** A file or folder as it is; else the name of a recipe. @throws BoardsmithError FILE_UNUSABLE */
function checkable(terminal: Terminal, file: string): string {
  const path = resolve(terminal.currentDirectory, file);
  return existsSync(path) ? path : findRecipe(terminal, file);
}

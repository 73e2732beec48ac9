import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { exitCodes } from '../../error/error-codes.ts';
import { checkAll } from '../../recipe/check.ts';
import { problemLine, problemsError } from '../../recipe/problem.ts';
import { paint } from '../paint.ts';
import type { Terminal } from '../terminal.ts';
import { findCluster, findRecipe } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

/** `boardsmith check`: all mistakes of recipe, board and cluster files at once; warnings too, which are no reason to fail. */
export const check: Verb = {
  define(program, terminal, exit) {
    describeVerb(
      program,
      'check <file...>',
      'check recipes, board and cluster files; reports all mistakes at once',
      'boardsmith check recipes/cxo/recipe.yaml recipes/clusters/skyminer-4.yaml',
    )
      .option('--json', 'print the result as one JSON object')
      .action(async (files: string[], options: { json?: true }) => {
        const { problems, warnings } = await checkAll(files.map((file) => checkable(terminal, file)));
        if (options.json) {
          terminal.out(JSON.stringify({ files, problems, warnings }));
          if (problems.length > 0) exit(exitCodes.RECIPE_INVALID);
          return;
        }
        for (const warning of warnings) {
          terminal.note(`${paint(terminal).yellow('warning:')} ${problemLine(warning)}`);
        }
        if (problems.length > 0) throw problemsError(problems);
        terminal.out(`${files.length} file${files.length === 1 ? '' : 's'} checked, no mistakes`);
      });
  },
};

/** A file or folder as it is; else the name of a cluster or of a recipe. @throws BoardsmithError FILE_UNUSABLE */
function checkable(terminal: Terminal, file: string): string {
  const path = resolve(terminal.currentDirectory, file);
  if (existsSync(path)) return path;
  try {
    return findCluster(terminal, file);
  } catch {
    return findRecipe(terminal, file);
  }
}

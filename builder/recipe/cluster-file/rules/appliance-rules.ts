import { BoardsmithError } from '../../../error/boardsmith-error.ts';
import { togetherRules } from '../../together-rules.ts';
import { recipeOf } from '../cluster-ends.ts';
import { clusterRule } from '../cluster-fields.ts';

export const applianceRules = [
  clusterRule('appliance-usable', ['boards'], ({ boards }, report, { recipes }) => {
    for (const { name, appliance } of boards) {
      const recipe = recipes.get(appliance);
      if (!(recipe instanceof BoardsmithError)) continue;
      const missing = recipe.code === 'FILE_UNUSABLE';
      report({
        at: ['boards', name, 'appliance'],
        message: missing
          ? `there is no recipe in ${appliance}`
          : `its recipe has ${mistakes(recipe.problems.length)}`,
        remedy: missing ? 'write its folder as seen from this file' : recipe.hint!,
      });
    }
  }),

  clusterRule('board-usable', ['router', 'boards'], ({ router, boards }, report, facts) => {
    const uses = [
      { at: ['router', 'board'], name: router.board },
      ...boards.map((group) => ({ at: ['boards', group.name, 'board'], name: group.board })),
    ];
    for (const { at, name } of uses) {
      const board = facts.boards.get(name);
      if (!(board instanceof BoardsmithError)) continue;
      const missing = board.code === 'FILE_UNUSABLE';
      report({
        at,
        message: missing ? `there is no board ${name}` : `its file has ${mistakes(board.problems.length)}`,
        remedy: missing
          ? 'name a file of recipes/boards/ without .yaml, or one in the folder boards beside the cluster’s'
          : board.hint!,
      });
    }
  }),

  clusterRule('appliance-fits-board', ['boards'], ({ boards }, report, facts) => {
    for (const group of boards) {
      const recipe = recipeOf(group, facts);
      const board = facts.boards.get(group.board);
      if (recipe === null || board === undefined || board instanceof BoardsmithError) continue;
      for (const rule of togetherRules) {
        rule.check(recipe, board, ({ message }) =>
          report({
            at: ['boards', group.name, 'board'],
            message: `${group.appliance} does not fit: ${message}`,
            remedy: 'choose another board, or change the recipe',
          }),
        );
      }
    }
  }),
];

function mistakes(count: number): string {
  return count === 1 ? 'a mistake' : `${count} mistakes`;
}

import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { checkTogether } from '../../builder/recipe/check-together.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { badFixtures, fixturesOf } from '../support/bad-fixtures.ts';
import { matchesGolden } from '../support/golden.ts';
import { checkout } from '../support/places.ts';

const test = suite('a recipe on a board');
const board = await loadBoard(join(checkout, 'recipes/boards/qemu-virt.yaml'));
/** A real board with less memory than QEMU's. */
const small = { ...board, name: 'small', memoryMiB: 512 };

function problemsOf(recipe: ResolvedRecipe): readonly string[] {
  try {
    checkTogether(recipe, small);
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'RECIPE_INVALID');
    return (error as BoardsmithError).problems;
  }
  return [];
}

for (const { name, file, expected } of fixturesOf('together')) {
  test(`${name} refuses with the line of the recipe`, async () => {
    const folder = `${badFixtures.slice(checkout.length + 1)}/together/`;
    const lines = problemsOf(await loadRecipe(file)).map((line) => `${line.replace(folder, '')}\n`);
    assert.is.not(lines.length, 0);
    matchesGolden(`../fixtures/recipe/bad/${expected}`, lines.join(''));
  });
}

test('the recipes of the repository fit its default board', async () => {
  checkTogether(await loadRecipe(join(checkout, 'recipes/cxo')), board);
});

test('a recipe that was not read from a file is named instead', async () => {
  const recipe = await loadRecipe(join(checkout, 'recipes/cxo'));
  const [line] = problemsOf({ ...recipe, memoryLimitMiB: 4096 });
  assert.match(line!, /^cxo:1:1: the board small has 512 MiB of memory/);
});

test.run();

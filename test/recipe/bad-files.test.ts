import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../builder/recipe/check.ts';
import {
  badFixtures,
  type FixtureKind,
  fixturesOf,
  foundIn,
  linesOf,
  orphans,
} from '../support/bad-fixtures.ts';
import { matchesGolden } from '../support/golden.ts';

const test = suite('bad recipes, boards and clusters');
const kinds: readonly FixtureKind[] = ['yaml', 'recipe', 'folders', 'boards', 'clusters', 'warned'];

for (const kind of kinds) {
  for (const { name, file, expected } of fixturesOf(kind)) {
    test(`${kind}/${name} is ${kind === 'warned' ? 'warned of' : 'refused'} with the lines beside it`, async () => {
      const problems = await foundIn(kind, [file]);
      assert.not.equal(problems, [], 'it is accepted');
      if (kind === 'warned') assert.equal(await check([file]), [], 'a warning refuses nothing');
      matchesGolden(`../fixtures/recipe/bad/${expected}`, linesOf(problems, file));
    });
  }
}

test('no expected lines without a fixture', () => {
  assert.equal(orphans(), [], badFixtures);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { check } from '../../builder/recipe/check.ts';
import { badFixtures, type FixtureKind, fixturesOf, linesOf, orphans } from '../support/bad-fixtures.ts';
import { matchesGolden } from '../support/golden.ts';

const test = suite('bad recipes and boards');
const kinds: readonly FixtureKind[] = ['yaml', 'recipe', 'folders', 'boards'];

for (const kind of kinds) {
  for (const { name, file, expected } of fixturesOf(kind)) {
    test(`${kind}/${name} is refused with the lines beside it`, async () => {
      const problems = await check([file]);
      assert.not.equal(problems, [], 'it is accepted');
      matchesGolden(`../fixtures/recipe/bad/${expected}`, linesOf(problems, file));
    });
  }
}

test('no expected lines without a fixture', () => {
  assert.equal(orphans(), [], badFixtures);
});

test.run();

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardKind } from '../../builder/recipe/board-file/board-kind.ts';
import { check } from '../../builder/recipe/check.ts';
import { clusterKind } from '../../builder/recipe/cluster-file/cluster-kind.ts';
import type { Problem } from '../../builder/recipe/problem.ts';
import { recipeKind } from '../../builder/recipe/recipe-file/recipe-kind.ts';
import { boardSchema } from '../../builder/recipe/schema/board-schema.ts';
import { clusterSchema } from '../../builder/recipe/schema/cluster-schema.ts';
import { recipeSchema } from '../../builder/recipe/schema/recipe-schema.ts';
import type { RootSchema } from '../../builder/recipe/schema/schema-node.ts';
import { schemaBranches } from '../../builder/recipe/schema/schema-place.ts';
import { togetherRules } from '../../builder/recipe/together-rules.ts';
import { fixturesOf, problemsOfFixtures } from '../support/bad-fixtures.ts';
import { checkout } from '../support/places.ts';
import { problemsOfClosedFolder, problemsOfCrowdedFolder } from '../support/unusual-recipe-folders.ts';

const test = suite('every refusal has a bad fixture');

/** Cannot be hit: what ajv sees as the name of a property is always text. */
const unreachable: readonly string[] = ['#/$defs/environmentName/type'];

const hitBy = (...problems: readonly (readonly Problem[])[]) =>
  new Set(problems.flat().map(({ rule }) => rule));
const byRecipes = hitBy(
  await problemsOfFixtures('recipe'),
  await problemsOfFixtures('folders'),
  await problemsOfCrowdedFolder(),
  await problemsOfClosedFolder(),
);
const byBoards = hitBy(await problemsOfFixtures('boards'));
const byClusters = hitBy(await problemsOfFixtures('clusters'), await problemsOfFixtures('warned'));
const byYaml = hitBy(await problemsOfFixtures('yaml'), await check([join(checkout, 'nowhere.yaml')]));

function uncovered(schema: RootSchema, hits: ReadonlySet<string>): string[] {
  // Definitions are the same in all schemas: a fixture of one is enough.
  const reached = (branch: string) =>
    hits.has(`schema${branch}`) ||
    (branch.startsWith('#/$defs/') &&
      [byRecipes, byBoards, byClusters].some((others) => others.has(`schema${branch}`)));
  return schemaBranches(schema).filter((branch) => !reached(branch) && !unreachable.includes(branch));
}

const namesOf = (rules: readonly { readonly name: string }[]) => rules.map(({ name }) => name);

test('of each branch of the schema of recipes', () => {
  assert.ok(schemaBranches(recipeSchema).length > 90);
  assert.equal(uncovered(recipeSchema, byRecipes), []);
});

test('of each branch of the schema of boards', () => {
  assert.ok(schemaBranches(boardSchema).length > 90);
  assert.equal(uncovered(boardSchema, byBoards), []);
});

test('of each branch of the schema of clusters', () => {
  assert.ok(schemaBranches(clusterSchema).length > 90);
  assert.equal(uncovered(clusterSchema, byClusters), []);
});

test('of each rule', () => {
  assert.equal(
    namesOf(recipeKind.rules).filter((name) => !byRecipes.has(name)),
    [],
  );
  assert.equal(
    namesOf(boardKind.rules).filter((name) => !byBoards.has(name)),
    [],
  );
  assert.equal(
    namesOf(clusterKind.rules).filter((name) => !byClusters.has(name)),
    [],
  );
  assert.equal(namesOf(fixturesOf('together')), namesOf(togetherRules).sort());
});

test('of each mistake of a YAML file', () => {
  const folder = join(checkout, 'builder/recipe/yaml');
  const text = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const names = [...text.join('').matchAll(/'((?:yaml|file)-[a-z0-9-]+)'/g)].map(([, name]) => name!);
  assert.ok(names.length > 12);
  assert.equal(
    [...new Set(names)].filter((name) => !byYaml.has(name)),
    [],
  );
});

test('no two rules share a name', () => {
  const names = namesOf([...recipeKind.rules, ...boardKind.rules, ...clusterKind.rules, ...togetherRules]);
  assert.is(new Set(names).size, names.length);
});

test.run();

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardKind } from '../../builder/recipe/board-file/board-kind.ts';
import { clusterKind } from '../../builder/recipe/cluster-file/cluster-kind.ts';
import { recipeKind } from '../../builder/recipe/recipe-file/recipe-kind.ts';
import type { RootSchema, SchemaNode } from '../../builder/recipe/schema/schema-node.ts';
import { togetherRules } from '../../builder/recipe/together-rules.ts';
import { checkout } from '../support/places.ts';

const test = suite('documented fields');
const pages = [
  { page: 'docs/writing-a-recipe.md', kind: recipeKind, rules: [...recipeKind.rules, ...togetherRules] },
  { page: 'docs/adding-a-board.md', kind: boardKind, rules: boardKind.rules },
  { page: 'docs/clusters.md', kind: clusterKind, rules: clusterKind.rules },
] as const;

for (const { page, kind, rules } of pages) {
  const text = readFileSync(join(checkout, page), 'utf8');

  test(`${page} has every field with its default, and no other`, () => {
    const rows = [...text.matchAll(/^\| `([A-Za-z0-9.[\]]+)` \| [^|]* \| ([^|]*?) ?\|/gm)];
    const documented = rows.map(([, field, fallback]) => `${field}: ${fallback!.replaceAll('`', '').trim()}`);
    assert.equal(documented, fieldsOf(kind.schema, kind.schema, ''));
  });

  test(`${page} has every rule, and no other`, () => {
    const rows = [...text.matchAll(/^\| ((?:`[a-z]+(?:-[a-z]+)+`(?:, )?)+) \|/gm)];
    const documented = rows.flatMap(([, names]) => names!.replaceAll('`', '').split(', '));
    assert.equal(documented.sort(), rules.map(({ name }) => name).sort());
  });
}

/** `path: default` of all fields of a schema, in its order, as the tables of the pages write them. */
function fieldsOf(written: SchemaNode, root: RootSchema, path: string): string[] {
  const node = written.$ref === undefined ? written : root.$defs[written.$ref.slice('#/$defs/'.length)]!;
  const fixed = Object.entries(node.properties ?? {}).flatMap(([name, field]) => {
    const inner = path === '' ? name : `${path}.${name}`;
    const fallback =
      field.default === undefined ? '' : Array.isArray(field.default) ? '[]' : String(field.default);
    const remark = node.required?.includes(name) ? 'required' : fallback;
    return [`${inner}: ${remark}`, ...fieldsOf(field, root, inner)];
  });
  const values = node.additionalProperties;
  const named =
    typeof values === 'object' ? [`${path}.NAME: `, ...fieldsOf(values, root, `${path}.NAME`)] : [];
  return [...fixed, ...named, ...(node.items === undefined ? [] : fieldsOf(node.items, root, `${path}[]`))];
}

test.run();

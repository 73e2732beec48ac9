import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout } from '../support/places.ts';

const test = suite('documented fields');

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
}

/** Paths of all fields of a schema, as the tables of the pages write them. */
function fieldsOf(node: Node, path: string): string[] {
  const named = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const field = path === '' ? name : `${path}.${name}`;
    return [field, ...fieldsOf(child, field)];
  });
  const free =
    typeof node.additionalProperties === 'object' ? fieldsOf(node.additionalProperties, `${path}.NAME`) : [];
  return [...named, ...free];
}

for (const [schema, page] of [
  ['recipes/recipe.schema.json', 'docs/writing-a-recipe.md'],
  ['recipes/boards/board.schema.json', 'docs/adding-a-board.md'],
] as const) {
  test(`${page} has every field, and no other`, async () => {
    const text = await readFile(join(checkout, page), 'utf8');
    const documented = [...text.matchAll(/^\| `([A-Za-z.]+)` \|/gm)]
      .map(([, field]) => field)
      .filter((field) => !field!.endsWith('.NAME'));
    const fields = fieldsOf(JSON.parse(await readFile(join(checkout, schema), 'utf8')) as Node, '');
    assert.equal([...documented].sort(), [...fields].sort());
  });
}

test.run();

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedSchemas, publishSchemas, schemaText } from '../../builder/recipe/schema/publish-schemas.ts';
import type { SchemaNode } from '../../builder/recipe/schema/schema-node.ts';
import { checkout } from '../support/places.ts';

const test = suite('published schemas');
if (process.env.UPDATE_GOLDEN === '1') await publishSchemas(checkout);

for (const [path, schema] of Object.entries(publishedSchemas)) {
  test(`${path} is current`, () => {
    const hint = `${path} is out of date: node --import tsx builder/recipe/schema/publish-schemas.ts`;
    assert.is(readFileSync(join(checkout, path), 'utf8'), schemaText(schema), hint);
  });

  test(`${path} describes every field for editors`, () => {
    assert.equal(undescribed(schema, ''), []);
  });
}

test('every recipe, board and cluster begins with a line that names its schema', () => {
  const files = readdirSync(join(checkout, 'recipes'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => /(^|\/)recipe\.yaml$/.test(file) || /^(boards|clusters)\/[^/]+\.yaml$/.test(file),
  );
  assert.ok(files.length >= 2);
  for (const file of files) {
    const path = join(checkout, 'recipes', file);
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path, 'utf8'))?.[1];
    const expected = file.startsWith('boards/')
      ? 'recipes/boards/board.schema.json'
      : file.startsWith('clusters/')
        ? 'recipes/cluster.schema.json'
        : 'recipes/recipe.schema.json';
    assert.is(join(dirname(path), schema ?? 'nothing'), join(checkout, expected), file);
  }
});

/** Fields without a description of what they are for. */
function undescribed(node: SchemaNode, path: string): string[] {
  const inner = [node.additionalProperties, node.items].filter((part) => typeof part === 'object');
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, part]) => [
      ...(part.description === undefined ? [`${path}/${name}`] : []),
      ...undescribed(part, `${path}/${name}`),
    ]),
    ...inner.flatMap((part) => undescribed(part, `${path}/*`)),
  ];
}

test.run();

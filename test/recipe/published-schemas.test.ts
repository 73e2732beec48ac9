import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { publishedSchemas, schemaText } from '../../builder/recipe/schema/publish-schemas.ts';
import { checkout } from '../support/places.ts';

const test = suite('published schemas');

for (const [path, schema] of Object.entries(publishedSchemas)) {
  test(`${path} is what recipes and boards are held to (npm run schemas writes it anew)`, async () => {
    assert.is(await readFile(join(checkout, path), 'utf8'), schemaText(schema));
  });
}

test.run();

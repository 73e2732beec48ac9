import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkout } from '../support/places.ts';

const test = suite('package.json');

test('the package of npm brings every dependency: whoever burns cards may have no network', () => {
  const { dependencies, bundleDependencies } = JSON.parse(
    readFileSync(join(checkout, 'package.json'), 'utf8'),
  ) as { dependencies: Record<string, string>; bundleDependencies: string[] };
  assert.equal([...bundleDependencies].sort(), Object.keys(dependencies).sort());
});

test.run();

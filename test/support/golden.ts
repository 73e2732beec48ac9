import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';

const root = join(import.meta.dirname, '../golden');

/**
 * Compares a text with test/golden/PATH. With UPDATE_GOLDEN=1 in the environment it writes the file instead, for a person to review.
 */
export function matchesGolden(path: string, actual: string): void {
  const file = join(root, path);
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, actual);
    return;
  }
  assert.fixture(actual, readFileSync(file, 'utf8'), `differs from test/golden/${path}`);
}

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { exitCodes } from '../../builder/error/error-codes.ts';

const test = suite('exit codes');

test('docs/errors.md has exactly the codes of the table in the code', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| (\d+) \| `([A-Z_]+)` \|/gm)].map(([, code, name]) => [
    name,
    Number(code),
  ]);
  assert.equal(Object.fromEntries(documented), exitCodes);
});

test('no two errors share an exit code', () => {
  const codes = Object.values(exitCodes);
  assert.is(new Set(codes).size, codes.length);
});

test.run();

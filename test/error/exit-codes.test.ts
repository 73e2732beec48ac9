import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
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

test('docs/errors.md says for each code what helps', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  // 0 and 1 are no errors.
  const rows = [...page.matchAll(/^\| (\d+) \|(.*)\|$/gm)].filter(([, code]) => !['0', '1'].includes(code!));
  assert.ok(rows.length > Object.keys(exitCodes).length);
  for (const [row, , cells = ''] of rows) {
    for (const cell of cells.split('|').slice(1)) assert.is.not(cell.trim(), '', row);
  }
});

test('an error without a next step does not pass the type checker', () => {
  // @ts-expect-error STEP_FAILED needs a hint
  new BoardsmithError('STEP_FAILED', 'it failed');
  // @ts-expect-error STEP_FAILED needs a hint
  new BoardsmithError('STEP_FAILED', 'it failed', { cause: new Error('because') });
  assert.is(new BoardsmithError('INTERRUPTED', 'stopped').hint, undefined);
});

test('no two errors share an exit code', () => {
  const codes = Object.values(exitCodes);
  assert.is(new Set(codes).size, codes.length);
});

test.run();

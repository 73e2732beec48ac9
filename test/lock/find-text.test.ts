import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findText } from '../../builder/lock/byte-threads/find-text.mjs';

const bytes = Buffer.from(
  'OPTION OPTIND \n---- Bun! ----\n internal/boot internal/bootstrap/realm',
  'latin1',
);

test('finds what indexOf finds, short and long, from any place', () => {
  for (const text of [
    'OPT',
    'OPTIND',
    '\n---- Bun! ----\n',
    'internal/bootstrap/realm',
    'realm',
    'absent',
    'internal/bootless',
  ])
    for (let from = 0; from <= bytes.length; from += 1)
      assert.is(findText(bytes, text, from), bytes.indexOf(text, from, 'latin1'), `${text} from ${from}`);
});

test('a text that the bytes end in the middle of is not there', () => {
  assert.is(findText(Buffer.from('internal/boot'), 'internal/bootstrap'), -1);
});

test.run();

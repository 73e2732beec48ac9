import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { notTaken, parseConfiguration, parseFragment } from '../../builder/compile/kernel-fragment.ts';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { checkout } from '../support/places.ts';

const test = suite('fragments of a kernel configuration');

test('are names with values, comments and empty lines', () => {
  const text = '# why\n\nCONFIG_A=y\nCONFIG_B=n\nCONFIG_C=33\nCONFIG_D="a,b c"\nCONFIG_E=0x1f\n';
  assert.equal(Object.fromEntries(parseFragment(text, 'f')), {
    CONFIG_A: 'y',
    CONFIG_B: 'n',
    CONFIG_C: '33',
    CONFIG_D: '"a,b c"',
    CONFIG_E: '0x1f',
  });
});

test('and nothing else: all mistakes at once, each with its line', () => {
  const text = 'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_A=n\nB=y\n CONFIG_C=y\nCONFIG_D=\n';
  try {
    parseFragment(text, 'f');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, BoardsmithError);
    assert.is((error as BoardsmithError).code, 'FILE_UNUSABLE');
    assert.equal((error as BoardsmithError).problems, [
      'f:2: write CONFIG_B=n',
      'f:3: CONFIG_A is given twice',
      'f:4: neither CONFIG_NAME=value nor a comment: B=y',
      'f:5: neither CONFIG_NAME=value nor a comment:  CONFIG_C=y',
      'f:6: neither CONFIG_NAME=value nor a comment: CONFIG_D=',
    ]);
  }
});

test('what did not take is named: what is not there, what is otherwise, what was turned on', () => {
  const fragment = parseFragment(
    'CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=n\nCONFIG_D=n\nCONFIG_E=n\nCONFIG_F=33\n',
    'f',
  );
  const configuration = parseConfiguration(
    'CONFIG_A=y\n# CONFIG_C is not set\nCONFIG_D=y\nCONFIG_F=18\n# a comment\nCONFIG_OTHER=y\n',
  );
  assert.equal(notTaken(fragment, configuration), [
    'CONFIG_B=y did not take: there is no such option here, or what it depends on is off',
    'CONFIG_D=n did not take: it is y',
    'CONFIG_F=33 did not take: it is 18',
  ]);
});

const folder = join(checkout, 'recipes/kernels');
for (const file of readdirSync(folder).filter((name) => name.endsWith('.config'))) {
  test(`${file} is one, and every group of it says why`, () => {
    const text = readFileSync(join(folder, file), 'utf8');
    assert.ok(parseFragment(text, file).size > 100);
    for (const group of text.split('\n\n')) assert.match(group, /^#/);
  });
}

test.run();

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardsmith } from '../support/command-line.ts';
import { inTerminal } from '../support/pseudo-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('colours and redrawn lines');
const control = '\u001b[';
const wrong = ['plan', 'no-such-recipe'];

test('a person at a terminal sees colours', async () => {
  const { text, code } = await inTerminal(wrong);
  assert.is(code, 11, text);
  assert.ok(text.includes(`${control}31merror:`), JSON.stringify(text));
});

for (const [what, environment] of [
  ['NO_COLOR', { NO_COLOR: '1' }],
  ['CI', { CI: 'true' }],
  ['a terminal that can nothing', { TERM: 'dumb' }],
] as const) {
  test(`none with ${what}`, async () => {
    const { text } = await inTerminal(wrong, { environment });
    assert.match(text, 'error: there is no recipe no-such-recipe');
    assert.not.ok(text.includes(control), JSON.stringify(text));
  });
}

test('an empty NO_COLOR is none', async () => {
  assert.ok((await inTerminal(wrong, { environment: { NO_COLOR: '' } })).text.includes(control));
});

test('none in a result that goes into a file while a person watches', async () => {
  const file = join(temporaryFolder('terminal'), 'plan');
  const { code } = await inTerminal(['plan', 'cxo', '--cache', '/nowhere'], { output: file });
  assert.is(code, 0);
  const text = await readFile(file, 'utf8');
  assert.match(text, 'bundle:cxo');
  assert.not.ok(text.includes(control));
});

test('none where the output is no terminal', async () => {
  const { stderr } = await boardsmith(wrong, { environment: { TERM: 'xterm' } });
  assert.match(stderr, 'error: there is no recipe no-such-recipe');
  assert.not.ok(stderr.includes(control));
});

test.run();

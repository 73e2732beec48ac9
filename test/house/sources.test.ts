import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('sources');
const checkout = join(import.meta.dirname, '../..');

for (const script of ['typecheck', 'lint']) {
  test(`npm run ${script} finds nothing`, async () => {
    const { exitCode, all } = await execa('npm', ['run', '--silent', script], {
      cwd: checkout,
      reject: false,
      all: true,
    });
    assert.is(exitCode, 0, all);
  });
}

test('no registry host and no path of a machine stands in a tracked file', async () => {
  const { stdout } = await execa('git', ['ls-files', '-z'], { cwd: checkout, reject: false });
  const texts = stdout
    .split('\0')
    .filter((file) => /\.(ts|mjs|cjs|c|h|md|yaml|json|lock|txt|svg)$/.test(file));
  assert.ok(texts.length > 50);
  // Put together here, so that this file does not hold what it looks for.
  const forbidden = [
    ['deb', 'debian', 'org'],
    ['registry', 'npmjs', 'org'],
    ['files', 'pythonhosted', 'org'],
  ].map((parts) => parts.join('.'));
  for (const file of texts) {
    let text: string;
    try {
      text = readFileSync(join(checkout, file), 'utf8');
    } catch {
      continue; // Deleted and not yet committed.
    }
    for (const host of forbidden) assert.not.ok(text.includes(host), `${file} names ${host}`);
  }
});

test.run();

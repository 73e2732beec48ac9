import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inTerminal } from '../support/pseudo-terminal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('terminals of the tests');
/** A program that a Ctrl-C ends with its parameter as the exit code. */
const program = `process.on('SIGINT', () => process.exit(Number(process.argv[2])));
process.stdout.write('listening');
setInterval(() => {}, 1000);
`;

for (const shell of [undefined, '/bin/sh', '/bin/bash']) {
  test(`the exit code after a Ctrl-C is the program's, with ${shell ?? 'no'} shell named`, async () => {
    const checkout = temporaryFolder('terminal');
    mkdirSync(join(checkout, 'builder/cli'), { recursive: true });
    writeFileSync(join(checkout, 'builder/cli/boardsmith.mjs'), program);
    for (const expected of [0, 7]) {
      let left = false;
      const { code } = await inTerminal([String(expected)], {
        ...{ cwd: checkout, checkout },
        environment: shell === undefined ? {} : { SHELL: shell },
        type: (soFar) => {
          if (left || !soFar.includes('listening')) return '';
          left = true;
          return '\u0003';
        },
      });
      assert.is(code, expected);
    }
  });
}

test.run();

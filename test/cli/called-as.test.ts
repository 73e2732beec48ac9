import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { calledAs } from '../../builder/cli/called-as.ts';
import { asTyped, sayNext } from '../../builder/cli/next-command.ts';
import { run } from '../../builder/cli/run.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('how the program is called again');
const folder = temporaryFolder('called-as');
const at = { currentDirectory: '/home/a', boardsmithRoot: '/srv/boardsmith' };

test('started by npm or npx: through npx', () => {
  for (const npm_command of ['exec', 'run-script', 'run']) {
    assert.is(calledAs({ ...at, environment: { npm_command, PATH: folder } }), 'npx boardsmith');
  }
});

test('a program of the PATH by its name; else Node with the path of the program', async () => {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'boardsmith'), '');
  const environment = { PATH: `/nowhere:${bin}` };
  assert.is(calledAs({ ...at, environment }), 'node /srv/boardsmith/builder/cli/boardsmith.mjs');
  await chmod(join(bin, 'boardsmith'), 0o755);
  assert.is(calledAs({ ...at, environment }), 'boardsmith');
  const inside = { ...at, currentDirectory: '/srv/boardsmith' };
  assert.is(calledAs({ ...inside, environment: {} }), 'node builder/cli/boardsmith.mjs');
});

test('commands in hints are written as they are typed; other words stay', () => {
  const terminal = capturedTerminal({ currentDirectory: folder, command: 'npx boardsmith' });
  assert.is(
    asTyped(terminal, 'run: boardsmith lock --renew, or npx boardsmith --help'),
    'run: npx boardsmith lock --renew, or npx boardsmith --help',
  );
  assert.is(asTyped(terminal, 'boardsmith.lock of boardsmith: take'), 'boardsmith.lock of boardsmith: take');
  sayNext(terminal, 'boot', "it's here/a.img");
  assert.equal(terminal.noteLines, ["next: npx boardsmith boot 'it'\\''s here/a.img'"]);
});

test('errors, help and what comes next say it so', async () => {
  const say = async (...parameters: string[]): Promise<string> => {
    const terminal = capturedTerminal({
      currentDirectory: checkout,
      environment: { HOME: folder },
      command: 'npx boardsmith',
    });
    await run(parameters, terminal);
    return [...terminal.outLines, ...terminal.noteLines].join('\n');
  };
  assert.match(await say('plan', 'cxx'), 'npx boardsmith new NAME makes one');
  assert.match(await say('plan', '--help'), 'Example:\n  npx boardsmith plan cxo');
  const lock = join(checkout, 'boardsmith.lock');
  const planned = await say('plan', 'cxo', '--board', 'qemu-virt', '--lock', lock);
  assert.match(planned, `next: npx boardsmith build cxo --board qemu-virt --lock ${lock}`);
});

test.run();

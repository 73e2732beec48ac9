import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isAbandoned, processMark } from '../../builder/lock/process-mark.ts';
import { ScratchFolders } from '../../builder/lock/scratch-folders.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('scratch folders');
const hour = 3600 * 1000;

/** This machine's mark for a process that has ended. */
async function deadMark(): Promise<string> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return processMark().replace(/\d+$/, String(child.pid));
}

/** The same process number in the first PID namespace of another machine: that namespace has the same number everywhere. */
function onAnotherMachine(mark: string): string {
  return mark.replace(/^[0-9a-f]+/, '0123456789abcdef');
}

test('what a live process uses stays, what a dead one left goes', async () => {
  const root = temporaryFolder('scratch');
  const scratch = new ScratchFolders(root);
  const live = await scratch.create();
  mkdirSync(join(root, `${await deadMark()}.AbCdEf`));
  await scratch.removeLeftovers();
  assert.equal(
    readdirSync(root).map((name) => join(root, name)),
    [live],
  );
});

test("another machine's folder on a shared cache stays, though its process number is free here", async () => {
  const root = temporaryFolder('scratch');
  const folder = join(root, `${onAnotherMachine(await deadMark())}.AbCdEf`);
  mkdirSync(folder);
  await new ScratchFolders(root).removeLeftovers();
  assert.equal(readdirSync(root).length, 1);
  const old = (Date.now() - 8 * 24 * hour) / 1000;
  utimesSync(folder, old, old);
  await new ScratchFolders(root).removeLeftovers();
  assert.equal(readdirSync(root), [], 'after a week it does not');
});

test('the mark tells machines apart by their boot', () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').replaceAll('-', '').slice(0, 16);
  assert.is(processMark(), `${boot}.${statSync('/proc/self/ns/pid').ino}.${process.pid}`);
});

test('an old name without a boot, and one that is no mark, count as from elsewhere', () => {
  for (const name of [`4026531836.${process.pid}`, '4026531836.4194999', 'x', '', '.']) {
    assert.not.ok(isAbandoned(name, Date.now() - hour), name);
    assert.ok(isAbandoned(name, Date.now() - 8 * 24 * hour), name);
  }
});

test('what does not carry a mark is never removed, however old', async () => {
  const root = temporaryFolder('scratch');
  const old = (Date.now() - 80 * 24 * hour) / 1000;
  const dead = await deadMark();
  const kept = ['mine', '.mine.draft-1', `.mine.${dead}`, `.mine.${dead}.AbCdEf.txt`, `mine.${dead}.AbCdEf`];
  for (const name of kept) {
    mkdirSync(join(root, name));
    utimesSync(join(root, name), old, old);
  }
  mkdirSync(join(root, `.mine.${dead}.AbCdEf`));
  await new ScratchFolders(root, '.mine.').removeLeftovers();
  assert.equal(readdirSync(root).sort(), kept.sort());
});

if (process.getuid?.() !== 0) {
  console.log("SKIP another user's process: needs root to start one");
} else {
  test("another user's live process is not taken for a dead one", async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      uid: 65534,
      stdio: 'ignore',
    });
    await once(child, 'spawn');
    try {
      const module = new URL('../../builder/lock/process-mark.ts', import.meta.url).pathname;
      const mark = processMark().replace(/\d+$/, String(child.pid));
      // Asked by a third user, who may not signal it.
      const script = `import { isAbandoned } from '${module}'; console.log(isAbandoned('${mark}', Date.now()));`;
      const tsx = import.meta.resolve('tsx');
      const asked = spawnSync(process.execPath, ['--import', tsx, '--input-type=module', '-e', script], {
        uid: 65533,
        encoding: 'utf8',
      });
      if (asked.status !== 0) console.log(`SKIP another user: ${asked.stderr.trim().split('\n').at(-1)}`);
      else assert.is(asked.stdout.trim(), 'false');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
}

test.run();

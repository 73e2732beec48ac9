import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inThread } from '../../builder/lock/byte-threads/byte-threads.ts';
import { WriteProgress } from '../../builder/lock/byte-threads/write-progress.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('byte threads');
const folder = temporaryFolder('byte-threads');

/** Three blocks and a bit, none like another. */
const content = Buffer.from(Array.from({ length: 820_000 }, (_, index) => `${index}`).join());
const file = join(folder, 'content');
writeFileSync(file, content);

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

test('hash a file, and more files than there are threads', async () => {
  const names = Array.from({ length: 9 }, (_, index) => join(folder, `many-${index}`));
  for (const name of names) writeFileSync(name, name);
  const digests = await Promise.all([file, ...names].map((name) => inThread('fileDigest', [name])));
  assert.equal(digests, [sha256(content), ...names.map((name) => sha256(Buffer.from(name)))]);
});

test('hash a file while it is written: no byte is read before it is there', async () => {
  const growing = join(folder, 'growing');
  const descriptor = openSync(growing, 'w');
  ftruncateSync(descriptor, content.length);
  const progress = new WriteProgress();
  const digest = inThread('fileDigest', [growing, progress.shared]);
  for (const end of [1, 4096, 3 << 20, content.length]) {
    writeSync(descriptor, content, 0, end, 0);
    progress.reached(end);
    // Its turn may come meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
  }
  closeSync(descriptor);
  progress.ended();
  assert.is(await digest, sha256(content));
});

test('do not wait for a file that nobody writes any more', async () => {
  const torn = join(folder, 'torn');
  writeFileSync(torn, 'torn');
  const progress = new WriteProgress();
  const digest = inThread('fileDigest', [torn, progress.shared]);
  progress.ended();
  assert.is(await digest, sha256(Buffer.from('torn')));
});

test('say where texts stand first', async () => {
  const { sha256: digest, places } = await inThread('fileContent', [file, ['0,1,', '819999', 'nowhere']]);
  assert.is(digest, sha256(content));
  assert.equal(places, [0, content.indexOf('819999'), -1]);
});

test('say what the file system said, with its code', async () => {
  const outcome = await inThread('fileDigest', [join(folder, 'absent')]).catch((error: unknown) => error);
  assert.instance(outcome, Error);
  assert.is((outcome as NodeJS.ErrnoException).code, 'ENOENT');
  assert.is(await inThread('fileDigest', [file]), sha256(content), 'the thread is good for more');
});

test('whoever stops does not wait for a thread', async () => {
  const stop = new AbortController();
  const progress = new WriteProgress();
  const digest = inThread('fileDigest', [file, progress.shared], stop.signal);
  stop.abort(new Error('enough'));
  assert.is(await digest.catch((error: Error) => error.message), 'enough');
  progress.ended();
  const late = inThread('fileDigest', [file], stop.signal);
  assert.is(await late.catch((error: Error) => error.message), 'enough');
});

test('a process whose threads have nothing to do ends', async () => {
  const program = `import { inThread } from ${JSON.stringify(join(checkout, 'builder/lock/byte-threads/byte-threads.ts'))};
    console.log(await inThread('fileDigest', [${JSON.stringify(file)}]));`;
  const { stdout } = await execa(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    {
      cwd: checkout,
      timeout: 120_000,
    },
  );
  assert.is(stdout, sha256(content));
});

test.run();

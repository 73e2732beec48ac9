import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { entryId, type LockedInput } from '../../builder/lock/lock-format.ts';
import { cacheFolderAt, requireWritable, storageFault } from '../../builder/lock/storage-fault.ts';
import { loopbackEnvironment } from '../support/loopback-environment.ts';
import { bytes, LoopbackServer } from '../support/loopback-server.ts';
import { cannotMount, type Mount, mounting } from '../support/mounted-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('folders that cannot be written');
const skip = await cannotMount();
if (skip !== null) console.log(`SKIP a real full or read-only cache: ${skip}`);
const server = await LoopbackServer.start();
test.after(() => server.close());

async function refusalOf(path: string): Promise<BoardsmithError | null> {
  return await requireWritable(cacheFolderAt(path)).then(
    () => null,
    (error: BoardsmithError) => error,
  );
}

test('a folder that is there, or can be made, is good; nothing is made', async () => {
  const folder = temporaryFolder('writable');
  assert.is(await refusalOf(folder), null);
  assert.is(await refusalOf(join(folder, 'a/b/c')), null);
  assert.not.ok(existsSync(join(folder, 'a')));
});

test('a file in its place or above it is named', async () => {
  const file = join(temporaryFolder('writable'), 'README.md');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below/it')]) {
    const error = await refusalOf(path);
    assert.is(error?.code, 'FILE_UNUSABLE');
    assert.is(error?.message, `the cache folder ${path} cannot be written: ${file} is a file`);
    assert.match(error!.hint!, '--cache DIR');
  }
});

test('full and read-only are told from other faults, also where a cause or a program says them', () => {
  const folder = cacheFolderAt('/c');
  const system = (code: string): Error => Object.assign(new Error(`${code}: x, write`), { code });
  const told = (error: unknown): string | undefined => storageFault(error, folder)?.message;
  assert.match(told(system('ENOSPC'))!, /^the cache folder \/c cannot be written: its file system is full$/);
  assert.match(told(system('EROFS'))!, /is read-only/);
  assert.match(told(system('EDQUOT'))!, /used up/);
  const unpacked = new BoardsmithError('INPUT_CORRUPT', 'x.deb cannot be unpacked', {
    cause: system('ENOSPC'),
    hint: '',
  });
  assert.match(told(unpacked)!, /full/);
  const program = new BoardsmithError(
    'STEP_FAILED',
    'zstd failed (exit code 1): write error : No space left on device',
    { hint: '' },
  );
  assert.match(told(program)!, /full/);
  assert.is(storageFault(program, folder)!.cause, program);
  for (const other of [
    system('ENOENT'),
    system('EACCES'),
    new BoardsmithError('STEP_FAILED', 'no', { hint: '' }),
    new BoardsmithError('AUDIT_FAILED', 'a text of the read-only file system', { hint: '' }),
    'x',
  ]) {
    assert.is(storageFault(other, folder), null);
  }
});

/** Fetches an input of 1 MB into a cache that is mounted so; prints the error as JSON. */
async function fetchInto(mount: Mount): Promise<{ error: string; message: string; hint: string }> {
  const content = randomBytes(1_000_000);
  const path = 'pool/main/big_1_arm64.deb';
  server.serve(`/debian/${path}`, bytes(content));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { name: 'big', version: '1', size: content.length, sha256 };
  const entry = { kind: 'debian', suite: 'trixie', architecture: 'arm64', path, ...file } as const;
  const input: LockedInput = { id: entryId(entry), entry };
  const folder = temporaryFolder('unwritable');
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  const script = join(folder, 'fetch.mts');
  const module = new URL('../../builder/lock/input-store.ts', import.meta.url);
  writeFileSync(
    script,
    `import { InputStore } from '${module}';
const store = new InputStore('${cache}', { network: true, retryDelays: [1] });
const options = { signal: new AbortController().signal, progress() {} };
await store.ensure(${JSON.stringify([input])}, options).catch((error) => console.log(JSON.stringify(error)));`,
  );
  const [program = '', ...words] = [
    ...mounting(cache, mount),
    process.execPath,
    '--import',
    import.meta.resolve('tsx'),
    script,
  ];
  const { stdout } = await execa(program, words, {
    env: loopbackEnvironment(server.address),
    extendEnv: false,
  });
  return JSON.parse(stdout);
}

if (skip === null) {
  test('a cache that is really full', async () => {
    const { error, message, hint } = await fetchInto({ tmpfsKiB: 512 });
    assert.is(error, 'FILE_UNUSABLE', message);
    assert.match(message, /cache cannot be written: its file system is full/);
    assert.match(hint, '--cache DIR');
  });

  test('a cache that is really read-only is found before anybody is asked for anything', async () => {
    const before = server.requests.length;
    const { error, message } = await fetchInto('read-only');
    assert.is(error, 'FILE_UNUSABLE', message);
    assert.match(message, /cache cannot be written: its file system is read-only/);
    assert.is(server.requests.length, before);
  });
}

test.run();

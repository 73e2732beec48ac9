import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InputStore } from '../../builder/lock/input-store.ts';
import type { InputRequest } from '../../builder/lock/lock-format.ts';
import { lookUpTree } from '../../builder/lock/look-up.ts';
import { resolveLock } from '../../builder/lock/resolve-lock.ts';
import { type Bundle, bundle } from '../../builder/runtime/bundle.ts';
import { makeNodeProgram } from '../../builder/runtime/node-program.ts';
import { nodeRuntime } from '../../builder/runtime/node-runtime.ts';
import { unpackNpmTarball } from '../../builder/toolchain/unpack-npm-tarball.ts';
import { canEmulate, EmulatedProgram } from '../support/emulated-program.ts';
import { pinnedNode } from '../support/pinned-node.ts';
import { testCache } from '../support/places.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('npm daemon');
const emulated = canEmulate ? test : test.skip;
if (!canEmulate) console.log('SKIP npm daemon: qemu-aarch64-static is not installed');

const pinned = await pinnedNode();
const signal = new AbortController().signal;

/** A published package with all that it depends on, as a recipe's lock would pin it, laid out as the build lays it out. */
async function unpackedTree(name: string, version: string): Promise<string> {
  const store = new InputStore(testCache, { network: true });
  const request = { kind: 'npm-tree', name, version, host: false } satisfies InputRequest;
  const progress = (): void => {};
  const lock = await resolveLock([request], {
    previous: null,
    renew: 'none',
    hostArchitecture: 'x86_64',
    now: new Date(0),
    store,
    signal,
    progress,
  });
  const folder = temporaryFolder('npm-tree');
  for (const { path, entry } of lookUpTree(lock, request)) {
    const [tarball] = await store.ensure([{ id: entry, entry: lock.entries[entry]! }], { signal });
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    await unpackNpmTarball(tarball!, join(folder, 'unpacked'));
    await rename(join(folder, 'unpacked/package'), place);
    await rm(join(folder, 'unpacked'), { recursive: true });
  }
  return folder;
}

async function bundlePublished(name: string, version: string): Promise<Bundle> {
  return await bundle({
    esbuild: pinned.esbuild,
    entry: { kind: 'npm', package: name, bin: null },
    sources: null,
    runtime: nodeRuntime,
    packages: await unpackedTree(name, version),
    scratch: temporaryFolder('bundle'),
    signal,
  });
}

async function programOf(code: string): Promise<string> {
  const output = join(temporaryFolder('program'), 'daemon');
  const scratch = temporaryFolder('scratch');
  await makeNodeProgram({ code, base: pinned.base, memoryLimitMiB: 128, output, scratch, signal });
  return output;
}

emulated('s3rver, an S3 server, keeps what it is given', async () => {
  const { code, notes, packages } = await bundlePublished('s3rver', '3.7.1');
  assert.equal(notes, []);
  assert.ok(packages.some(({ name, licence }) => name === 's3rver' && licence === 'MIT'));
  const data = temporaryFolder('data');
  const running = new EmulatedProgram(await programOf(code), {
    root: pinned.root,
    args: ['--directory', data, '--address', '127.0.0.1', '--port', '0', '--no-vhost-buckets'],
  });
  const address = (await running.line(/^S3rver listening/)).replace('S3rver listening on ', 'http://');
  assert.is((await fetch(`${address}/`)).status, 200);
  assert.is((await fetch(`${address}/bucket`, { method: 'PUT' })).status, 200);
  assert.is((await fetch(`${address}/bucket/key`, { method: 'PUT', body: 'some bytes' })).status, 200);
  assert.is(await (await fetch(`${address}/bucket/key`)).text(), 'some bytes');
  running.kill('SIGTERM');
  await running.ended;
});

test('http-server is refused by the name of what it needs and does not have', async () => {
  const error = await rejectedWith(
    bundlePublished('http-server', '14.1.1'),
    'STEP_FAILED',
    /http-server cannot/,
  );
  assert.is(error.problems.length, 1);
  assert.match(error.problems[0]!, /^node_modules\/union\/lib\/core\.js:\d+:\d+: the package needs "spdy"/);
  assert.match(error.hint ?? '', /boardsmith new/);
});

test('dynalite is refused by the name of its native addon', async () => {
  const error = await rejectedWith(bundlePublished('dynalite', '4.0.0'), 'STEP_FAILED', /dynalite cannot/);
  assert.match(error.problems.join('\n'), /classic-level is a native addon/);
});

test.run();

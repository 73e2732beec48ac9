import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditTree } from '../../builder/rootfs/audit-tree.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import type { TreeEntry } from '../../builder/rootfs/tree.ts';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { lockedFiles, lockedTool } from '../support/locked-tools.ts';
import { testTools } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { file } from '../support/tree-entries.ts';

/** Offences that were really compiled and linked, with the pinned compiler, against the real musl of the lock. */
interface Compiled {
  readonly zig: string;
  readonly sources: string;
  readonly musl: string;
}
const test = suite<Compiled>('built offences');

test.before(async (context) => {
  const zig = join(await lockedTool('zig'), 'ziglang/zig');
  const sources = temporaryFolder('offences');
  await writeFile(join(sources, 'program.c'), 'int main(void) { return 0; }\n');
  await writeFile(join(sources, 'caller.c'), 'int answer(void); int main(void) { return answer(); }\n');
  await writeFile(join(sources, 'library.c'), 'int answer(void) { return 42; }\n');
  const musl = temporaryFolder('musl');
  const [deb] = await lockedFiles([
    { kind: 'debian', package: 'musl', architecture: 'arm64', closure: false, host: false },
  ]);
  await unpackDeb(deb!, musl);
  Object.assign(context, { zig, sources, musl: join(musl, 'usr/lib/aarch64-linux-musl/libc.so') });
});

async function compile({ zig, sources }: Compiled, name: string, ...args: string[]): Promise<string> {
  const output = join(sources, name);
  const cache = join(testTools, 'zig-cache');
  const env = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  await execa(zig, ['cc', '-Os', '-s', ...args, '-o', output], { cwd: sources, env });
  return output;
}

function program(path: string, content: string): TreeEntry {
  return file(path, '', { mode: 0o755, content: { file: content } });
}

async function rules(...entries: TreeEntry[]): Promise<string[]> {
  const expected = entries.map(({ path }) => path);
  const { findings: found } = await auditTree(completeTree(entries), {
    architecture: 'arm64',
    daemon: '/usr/bin/cxo',
    expected,
  });
  return found.map(({ path, rule }) => `${path} ${rule}`);
}

const staticMusl = ['-target', 'aarch64-linux-musl', '-static', 'program.c'];
const loader = '/lib/ld-musl-aarch64.so.1';

test('a static daemon and one with the real musl are sound', async (context) => {
  assert.equal(await rules(program('/usr/bin/cxo', await compile(context, 'static', ...staticMusl))), []);
  const dynamic = await compile(context, 'dynamic', '-target', 'aarch64-linux-musl', '-dynamic', 'program.c');
  assert.equal(await rules(program('/usr/bin/cxo', dynamic), program(loader, context.musl)), []);
  assert.equal(await rules(program('/usr/bin/cxo', dynamic)), ['/usr/bin/cxo missing-interpreter']);
});

test('a library that is needed must be there, be loaded, and be found where the loader looks', async (context) => {
  const target = ['-target', 'aarch64-linux-musl'];
  const library = await compile(
    context,
    'libanswer.so.1',
    ...target,
    '-shared',
    '-Wl,-soname,libanswer.so.1',
    'library.c',
  );
  const linked = ['-dynamic', 'caller.c', 'libanswer.so.1'];
  const daemon = await compile(context, 'linked', ...target, ...linked, '-Wl,-rpath,$ORIGIN/../lib/private');
  const base = [program('/usr/bin/cxo', daemon), program(loader, context.musl)];
  assert.equal(await rules(...base, program('/usr/lib/private/libanswer.so.1', library)), []);
  assert.equal(await rules(...base, program('/lib/libanswer.so.1', library)), []);
  assert.equal(await rules(...base), ['/usr/bin/cxo unresolved-library']);
  assert.equal(await rules(...base, program('/opt/libanswer.so.1', library)), [
    '/opt/libanswer.so.1 unneeded-library',
    '/usr/bin/cxo unresolved-library',
  ]);
});

test('a daemon linked against glibc', async (context) => {
  const glibc = await compile(context, 'glibc', '-target', 'aarch64-linux-gnu', 'program.c');
  assert.equal(await rules(program('/usr/bin/cxo', glibc)), [
    '/usr/bin/cxo glibc',
    '/usr/bin/cxo missing-interpreter',
  ]);
});

test('a daemon for another architecture', async (context) => {
  const bare = ['-nostdlib', '-static', '-Wl,-e,main', 'program.c'];
  const x86 = await compile(context, 'x86', '-target', 'x86_64-linux-musl', ...bare);
  const arm = await compile(context, 'arm', '-target', 'arm-linux-musleabihf', ...bare);
  for (const daemon of [x86, arm]) {
    assert.equal(await rules(program('/usr/bin/cxo', daemon)), ['/usr/bin/cxo foreign-architecture']);
  }
});

test('a second daemon, also as static-pie', async (context) => {
  const daemon = program('/usr/bin/cxo', await compile(context, 'static', ...staticMusl));
  const bare = [
    '-target',
    'aarch64-linux-musl',
    '-nostdlib',
    '-fPIE',
    '-static-pie',
    '-Wl,-e,main',
    'program.c',
  ];
  const second = [await compile(context, 'second', ...staticMusl), await compile(context, 'pie', ...bare)];
  for (const path of second) {
    assert.equal(await rules(daemon, program('/usr/bin/other', path)), ['/usr/bin/other second-daemon']);
  }
});

test("the host's own shells and interpreters, renamed", async (context) => {
  const daemon = program('/usr/bin/cxo', await compile(context, 'static', ...staticMusl));
  for (const host of ['/bin/dash', '/bin/bash', '/usr/bin/perl', '/usr/bin/python3', process.execPath]) {
    const found = await rules(daemon, program('/usr/bin/renamed', host));
    assert.ok(found.includes('/usr/bin/renamed shell-or-interpreter'), `${host}: ${found.join()}`);
  }
});

test.run();

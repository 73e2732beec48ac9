import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { callsOfRuntime } from '../../builder/recipe/system-calls/allowed.ts';
import { bundle } from '../../builder/runtime/bundle.ts';
import { makeNodeProgram } from '../../builder/runtime/node-program.ts';
import { canEmulate, EmulatedProgram } from '../support/emulated-program.ts';
import { pinnedNode } from '../support/pinned-node.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/*
 * The list of calls is measured here: the appliance `ordinary` does what daemons do, as the executable that an image would hold, and qemu-user
 * tells every call (as `strace` would). A new version of Node or musl that calls anything else turns this red, with the call's name.
 */
const test = suite('the system calls of Node');
const emulated = canEmulate ? test : test.skip;
if (!canEmulate) console.log('SKIP the system calls of Node: qemu-aarch64-static is not installed');

/** qemu-user knows these by number only. */
const unnamed: Readonly<Record<string, string>> = { '425': 'io_uring_setup' };

/** Calls that are refused, and what Node does then. */
const refused: Readonly<Record<string, string>> = {
  io_uring_setup: 'libuv goes on with epoll',
  execve:
    "qemu's own start of the program, and the child of `refusedProgram`, which an image does not let begin",
};

/** Calls that are allowed although this does not make them: the same code takes them on another path. */
const otherPaths: Readonly<Record<string, string>> = {
  accept: 'libuv, where accept4 fails',
  chdir: 'process.chdir',
  clock_nanosleep: 'musl, for nanosleep of a given clock',
  dup3: 'libuv, for a terminal, and musl for dup2',
  dup: 'libuv, for pipes that are opened from a descriptor',

  faccessat2: 'musl, for access with flags',
  fallocate: 'SQLite, for a file that grows',
  fchdir: 'musl, for a walk through folders',
  fchownat: 'fs.lchown',
  flock: 'SQLite, for a lock of its own kind',
  fstatfs: 'fs.statfs of an open file',
  getgroups: 'process.getgroups',
  getppid: 'process.ppid',
  gettimeofday: 'musl, where the page of clocks is not there',
  msync: 'SQLite, for a file that it maps',
  nanosleep: 'musl, for sleep',
  pselect6: 'c-ares',
  recvmmsg: 'libuv, for several datagrams at once',
  renameat2: 'musl, for a rename with flags',
  restart_syscall: 'the kernel itself, after a signal',
  sched_yield: 'V8, for a lock that is taken',
  sendfile: 'libuv, for a copy where copy_file_range fails',
  sendmmsg: 'libuv, for several datagrams at once',
  set_robust_list: 'musl, for a lock that outlives its thread',
  sigaltstack: 'V8, for traps of WebAssembly',
  sysinfo: 'libuv, where /proc/meminfo does not answer',
  tgkill: 'musl, for pthread_kill',
  tkill: 'musl, for abort',
  truncate: 'fs.truncate of a path',
};

const folder = temporaryFolder('measured-calls');
const signal = new AbortController().signal;

emulated('are those of the list', async () => {
  const called = await measure();
  const allowed = callsOfRuntime('node');
  assert.equal(
    [...called].filter((call) => !allowed.includes(call) && !(call in refused)).sort(),
    [],
    'called, but not allowed',
  );
  assert.equal(
    allowed.filter((call) => !called.has(call) && !(call in otherPaths)),
    [],
    'allowed, but neither called nor explained',
  );
  assert.ok(called.size > 80, `only ${called.size} calls were seen`);
});

async function measure(): Promise<Set<string>> {
  const log = join(folder, 'calls');
  const home = join(folder, 'home');
  await mkdir(home);
  const pinned = await pinnedNode();
  const running = new EmulatedProgram(await program(), {
    root: pinned.root,
    emulatorArgs: ['-strace', '-D', log],
    environment: { HOME: home },
  });
  const { exitCode } = await running.ended;
  const lines = running.output.split('\n').filter((line) => / ?: /.test(line));
  assert.equal(
    lines.filter((line) => !line.endsWith(': done')),
    [],
  );
  assert.is(exitCode, 0, running.output);
  const text = await readFile(log, 'utf8');
  // Threads write at once: a line can begin within another.
  const process = /^\d+/.exec(text)?.[0];
  const named = [...text.matchAll(new RegExp(`${process} ([a-z_0-9]+)\\(`, 'g'))].map(([, name]) => name!);
  const unknown = new RegExp(`${process} Unknown syscall (\\d+)`, 'g');
  const numbered = [...text.matchAll(unknown)].map(([, number]) => number!);
  return new Set([...named, ...numbered.map((number) => unnamed[number] ?? `call ${number}`)]);
}

async function program(): Promise<string> {
  const pinned = await pinnedNode();
  const root = join(checkout, 'test/appliances/ordinary');
  const files = (await readdir(root)).filter((name) => name.endsWith('.ts')).sort();
  const scratch = join(folder, 'scratch');
  await mkdir(scratch);
  const { code } = await bundle({
    esbuild: pinned.esbuild,
    entry: { kind: 'source', path: 'daemon.ts' },
    sources: { root, files, name: 'test/appliances/ordinary' },
    packages: null,
    scratch,
    signal,
  });
  const output = join(folder, 'ordinary');
  await writeFile(join(folder, 'daemon.cjs'), code);
  const made = {
    code,
    base: pinned.base,
    host: pinned.nodeHost,
    libraries: pinned.hostLibraries,
    memoryLimitMiB: 192,
    output,
    scratch,
    signal,
  };
  await makeNodeProgram(made);
  return output;
}

test.run();

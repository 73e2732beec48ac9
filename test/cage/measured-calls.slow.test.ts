import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuntimeName } from '../../builder/recipe/runtime-name.ts';
import { callsOfRuntime } from '../../builder/recipe/system-calls/allowed.ts';
import { makeBunProgram } from '../../builder/runtime/bun-program.ts';
import { bundle } from '../../builder/runtime/bundle.ts';
import { makeNodeProgram } from '../../builder/runtime/node-program.ts';
import type { HostFolders, ProgramOptions } from '../../builder/runtime/runtime.ts';
import { runtimes } from '../../builder/runtime/runtimes.ts';
import { canEmulate, EmulatedProgram } from '../support/emulated-program.ts';
import { lockedTool } from '../support/locked-tools.ts';
import { pinnedBun } from '../support/pinned-bun.ts';
import { pinnedNode } from '../support/pinned-node.ts';
import { checkout } from '../support/places.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type MeasuredRuntime, otherPathsOfBun, otherPathsOfNode } from './other-paths.ts';

/*
 * The lists of calls are measured here: the appliance `ordinary` does what daemons do, as the executable that an image would hold, and qemu-user
 * tells every call (as `strace` would). A new version of a runtime or of musl that calls anything else turns this red, with the call's name.
 */
const test = suite('the system calls of runtimes');
const emulated = canEmulate ? test : test.skip;
if (!canEmulate) console.log('SKIP the system calls of runtimes: qemu-aarch64-static is not installed');

/** qemu-user knows these by number only. */
const unnamed: Readonly<Record<string, string>> = { '425': 'io_uring_setup', '441': 'epoll_pwait2' };

type Parts = Pick<ProgramOptions, 'base'> & HostFolders & { readonly root: string };

interface Measured extends MeasuredRuntime {
  readonly parts: () => Promise<Parts>;
  readonly make: (options: ProgramOptions & HostFolders) => Promise<void>;
  /** What qemu-user cannot do for it. */
  readonly leftOut: readonly string[];
}

const measured: Readonly<Record<RuntimeName, Measured>> = {
  node: {
    ...otherPathsOfNode,
    parts: async () => {
      const { base, nodeHost, hostLibraries, root } = await pinnedNode();
      return { base, host: nodeHost, libraries: hostLibraries, root };
    },
    make: makeNodeProgram,
    leftOut: [],
  },
  bun: {
    ...otherPathsOfBun,
    parts: async () => {
      const { base, bunHost, hostLibraries, root } = await pinnedBun();
      return { base, host: bunHost, libraries: hostLibraries, root };
    },
    make: makeBunProgram,
    // The child of vfork reports through memory that it shares with its parent: not in qemu-user.
    leftOut: ['refusedProgram'],
  },
};

const signal = new AbortController().signal;

for (const [name, runtime] of Object.entries(measured)) {
  emulated(`are those of the list: ${name}`, async () => {
    const called = await measure(name as RuntimeName, runtime);
    const allowed = callsOfRuntime(name as RuntimeName);
    const { refused, otherPaths } = runtime;
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
    assert.ok(called.size > 75, `only ${called.size} calls were seen`);
  });
}

async function measure(name: RuntimeName, runtime: Measured): Promise<Set<string>> {
  const folder = temporaryFolder('measured-calls');
  const log = join(folder, 'calls');
  const home = join(folder, 'home');
  await mkdir(home);
  const { root, ...parts } = await runtime.parts();
  const output = join(folder, 'ordinary');
  const scratch = join(folder, 'scratch');
  const code = await ordinaryBundle(name, scratch);
  await runtime.make({ code, ...parts, memoryLimitMiB: 192, output, scratch, signal });
  const running = new EmulatedProgram(output, {
    root,
    emulatorArgs: ['-strace', '-D', log],
    environment: { HOME: home, LEAVE_OUT: runtime.leftOut.join() },
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
  const named = [...text.matchAll(new RegExp(`${process} ([a-z_0-9]+)\\(`, 'g'))].map(([, call]) => call!);
  const unknown = new RegExp(`${process} Unknown syscall (\\d+)`, 'g');
  const numbered = [...text.matchAll(unknown)].map(([, number]) => number!);
  return new Set([...named, ...numbered.map((number) => unnamed[number] ?? `call ${number}`)]);
}

async function ordinaryBundle(name: RuntimeName, scratch: string): Promise<string> {
  const root = join(checkout, 'test/appliances/ordinary');
  const files = (await readdir(root)).filter((file) => file.endsWith('.ts')).sort();
  await mkdir(scratch);
  const { code } = await bundle({
    esbuild: await lockedTool('esbuild'),
    entry: { kind: 'source', path: 'daemon.ts' },
    sources: { root, files, name: 'test/appliances/ordinary' },
    packages: null,
    runtime: runtimes[name],
    scratch,
    signal,
  });
  return code;
}

test.run();

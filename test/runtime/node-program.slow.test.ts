import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostRuntime } from '../../builder/runtime/host-runtime.ts';
import { injectSeaBlob } from '../../builder/runtime/inject.ts';
import { makeNodeBase } from '../../builder/runtime/node-base.ts';
import { nodeBuiltins } from '../../builder/runtime/node-builtins.ts';
import { nodeFlags } from '../../builder/runtime/node-flags.ts';
import { nodeBaseLicences } from '../../builder/runtime/node-licences.ts';
import { makeNodeProgram } from '../../builder/runtime/node-program.ts';
import { nodeRuntime } from '../../builder/runtime/node-runtime.ts';
import { makeSeaBlob } from '../../builder/runtime/sea.ts';
import { canEmulate, EmulatedProgram } from '../support/emulated-program.ts';
import { pinnedNode } from '../support/pinned-node.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('node program');
const emulated = canEmulate ? test : test.skip;
if (!canEmulate) console.log('SKIP node program: qemu-aarch64-static is not installed');

const pinned = await pinnedNode();
const host = await hostRuntime(nodeRuntime, { host: pinned.nodeHost, libraries: pinned.hostLibraries });
const probe = readFileSync(join(import.meta.dirname, 'probe-daemon.cjs'), 'utf8');
const signal = new AbortController().signal;
const folder = temporaryFolder('node-program');
const memoryLimitMiB = 256;

interface Facts {
  readonly [name: string]: unknown;
  readonly port?: number;
}

async function makeProgram(name: string): Promise<string> {
  const scratch = join(folder, `${name}-scratch`);
  await mkdir(scratch, { recursive: true });
  const output = join(folder, name);
  await makeNodeProgram({
    code: probe,
    base: pinned.base,
    memoryLimitMiB,
    output,
    scratch,
    signal,
  });
  return output;
}

/** A program as it would be with other flags, or with a configuration that lets NODE_OPTIONS in. */
async function makeMutant(flags: readonly string[], deafToOptions = true): Promise<string> {
  const scratch = temporaryFolder('mutant');
  await makeSeaBlob({ code: probe, flags, hostNode: host, scratch, signal });
  if (!deafToOptions) {
    const configuration = JSON.parse(await readFile(join(scratch, 'sea.json'), 'utf8'));
    delete configuration.execArgvExtension;
    await writeFile(join(scratch, 'sea.json'), JSON.stringify(configuration));
    await host.run(['--experimental-sea-config', 'sea.json'], { cwd: scratch, signal });
  }
  const program = injectSeaBlob(
    await readFile(join(pinned.base, 'node')),
    await readFile(join(scratch, 'blob')),
  );
  const output = join(folder, 'mutant');
  await writeFile(output, program, { mode: 0o755 });
  return output;
}

const without = (flag: string): string[] => {
  const flags = nodeFlags(memoryLimitMiB);
  assert.ok(flags.includes(flag), `${flag} is not among the flags`);
  return flags.filter((one) => one !== flag);
};

/** What the probe found. The home folder has a package, and NODE_OPTIONS names a module. */
async function factsOf(program: string): Promise<Facts> {
  const home = join(folder, 'home');
  await mkdir(join(home, '.node_modules'), { recursive: true });
  await writeFile(join(home, '.node_modules/in-home.js'), 'module.exports = "loaded from home";');
  await writeFile(join(home, 'options.cjs'), 'globalThis.loadedByOptions = true;');
  const environment = { HOME: home, NODE_OPTIONS: `--require ${join(home, 'options.cjs')}` };
  const args = ['-e', 'process.exit(9)', '--version', '--inspect', '--node-options=--eval=1'];
  const running = new EmulatedProgram(program, { root: pinned.root, args, environment });
  const { exitCode } = await running.ended;
  assert.is(exitCode, 0, running.output);
  return JSON.parse(running.output) as Facts;
}

/** Starts the probe as a server. */
async function serve(program: string): Promise<{ running: EmulatedProgram; port: number }> {
  const running = new EmulatedProgram(program, { root: pinned.root, args: ['serve'] });
  const { port } = JSON.parse(await running.line(/^\{/)) as { port: number };
  return { running, port };
}

let program: string;
let facts: Facts;
test.before(async () => {
  program = await makeProgram('program');
  if (canEmulate) facts = await factsOf(program);
});

emulated('is the pinned Node with the fixed flags, and its arguments are the daemon’s', () => {
  assert.is(facts.version, `v${nodeRuntime.version}`);
  assert.is(facts.architecture, 'arm64');
  assert.equal(facts.flags, nodeFlags(memoryLimitMiB));
  assert.equal(facts.arguments, [
    '-e',
    'process.exit(9)',
    '--version',
    '--inspect',
    '--node-options=--eval=1',
  ]);
  assert.is(facts.isMain, true);
});

emulated('makes no code from strings', () => {
  assert.is(facts.eval, 'EvalError');
  assert.is(facts.newFunction, 'EvalError');
});

emulated('without its flag, it would', async () => {
  const mutant = await factsOf(await makeMutant(without('--disallow-code-generation-from-strings')));
  assert.is(mutant.eval, 2);
  assert.is(mutant.newFunction, 3);
});

emulated('loads no native addon', () => assert.is(facts.dlopen, 'Error ERR_DLOPEN_DISABLED'));

emulated('without its flag, it would try', async () => {
  assert.is((await factsOf(await makeMutant(without('--no-addons')))).dlopen, 'Error ERR_DLOPEN_FAILED');
});

emulated('has no __proto__', () => assert.is(facts.protoIsGone, true));

emulated('without its flag, it would have one', async () => {
  assert.is((await factsOf(await makeMutant(without('--disable-proto=delete')))).protoIsGone, false);
});

emulated('finds no modules in the home folder', () => assert.is(facts.fromHome, 'Error MODULE_NOT_FOUND'));

emulated('without its flag, it would', async () => {
  const mutant = await factsOf(await makeMutant(without('--no-global-search-paths')));
  assert.is(mutant.fromHome, 'loaded from home');
});

emulated('is deaf to NODE_OPTIONS', () => assert.is(facts.loadedByOptions, false));

emulated('with the extension of flags left as it is by default, it would listen', async () => {
  assert.is((await factsOf(await makeMutant(nodeFlags(memoryLimitMiB), false))).loadedByOptions, true);
});

emulated('keeps its heap within its memory', async () => {
  assert.ok(Number(facts.heapMiB) + 48 < memoryLimitMiB, `heap of ${facts.heapMiB} MiB`);
  const small = nodeFlags(memoryLimitMiB).filter((flag) => !/^--max-(?:old|semi)-space-size/.test(flag));
  const mutant = await factsOf(await makeMutant(small));
  assert.ok(Number(mutant.heapMiB) > memoryLimitMiB, `heap of ${mutant.heapMiB} MiB`);
});

emulated('starts in the least memory that is allowed', async () => {
  const least = await factsOf(await makeMutant(nodeFlags(64)));
  assert.is(least.version, `v${nodeRuntime.version}`);
});

emulated('answers over HTTP, and ends on SIGTERM', async () => {
  const { running, port } = await serve(program);
  const answer = await fetch(`http://127.0.0.1:${port}/there`);
  assert.is(await answer.text(), 'you asked for /there');
  running.kill('SIGTERM');
  assert.is((await running.ended).signal, 'SIGTERM');
});

emulated('goes on after SIGUSR1 and opens no inspector', async () => {
  const { running, port } = await serve(program);
  running.kill('SIGUSR1');
  const answer = await fetch(`http://127.0.0.1:${port}/after`);
  assert.is(await answer.text(), 'you asked for /after');
  running.kill('SIGTERM');
  assert.is((await running.ended).signal, 'SIGTERM');
  assert.not.match(running.output, /Debugger/);
});

emulated('without its flag, it would', async () => {
  const { running } = await serve(await makeMutant(without('--disable-sigusr1')));
  running.kill('SIGUSR1');
  await running.line(/Debugger listening on/);
  running.kill('SIGKILL');
  await running.ended;
});

test('the same input gives the same bytes, in another folder too', async () => {
  const again = await makeProgram('deeper/program');
  assert.is(sha256(again), sha256(program));
  assert.not.ok((await readFile(program)).includes(folder));
});

test('the base is the same bytes in another folder', async () => {
  const output = join(folder, 'base');
  await mkdir(output);
  await makeNodeBase({ ...pinned, output, signal });
  for (const name of [
    'node',
    'lib/ld-musl-aarch64.so.1',
    'lib/libgcc_s-2d945d6c.so.1',
    'lib/libstdc++-85f2cd6d.so.6.0.33',
  ]) {
    assert.is(sha256(join(output, name)), sha256(join(pinned.base, name)), name);
  }
});

test('the base comes with the licences of its parts', async () => {
  const licences = await nodeBaseLicences(pinned);
  assert.equal(
    licences.map(({ name }) => name),
    ['Node.js', 'libgcc', 'libstdc++', 'musl'],
  );
  const [node, gcc, , musl] = licences.map(({ texts }) => texts.map(({ text }) => text).join());
  assert.match(node!, /^Node\.js is licensed for use as follows[\s\S]*V8[\s\S]*OpenSSL[\s\S]*ICU/);
  assert.match(gcc!, /GCC RUNTIME LIBRARY EXCEPTION/i);
  assert.match(musl!, /Rich Felker/);
  assert.match(licences[3]!.version, /^1\.2\.\d+$/);
});

test('the list of Node’s modules is that of the pinned Node', async () => {
  const script = 'JSON.stringify(require("module").builtinModules)';
  const names = JSON.parse(await host.run(['-p', script], { signal })) as string[];
  assert.equal([...nodeBuiltins].sort(), names.sort());
});

test.after(() => rm(folder, { recursive: true, force: true }));

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

test.run();

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { auditTree } from '../../builder/rootfs/audit-tree.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { makeBunBase } from '../../builder/runtime/bun-base.ts';
import { bunOwnModules, missingInBun } from '../../builder/runtime/bun-builtins.ts';
import { bunFlags } from '../../builder/runtime/bun-flags.ts';
import { bunBaseLicences } from '../../builder/runtime/bun-licences.ts';
import { compileFlags, makeBunProgram, requirePayload } from '../../builder/runtime/bun-program.ts';
import { bunRuntime } from '../../builder/runtime/bun-runtime.ts';
import { steeringNames } from '../../builder/runtime/deafen-bun.ts';
import { hostRuntime } from '../../builder/runtime/host-runtime.ts';
import { nodeBuiltins } from '../../builder/runtime/node-builtins.ts';
import { rootEntries } from '../../builder/runtime/root-entries.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { canEmulate, EmulatedProgram } from '../support/emulated-program.ts';
import { pinnedBun } from '../support/pinned-bun.ts';
import { rejectedWith } from '../support/rejection.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { file } from '../support/tree-entries.ts';

const test = suite('bun program');
const emulated = canEmulate ? test : test.skip;
if (!canEmulate) console.log('SKIP bun program: qemu-aarch64-static is not installed');

const pinned = await pinnedBun();
const tools = { host: pinned.bunHost, libraries: pinned.hostLibraries };
const host = await hostRuntime(bunRuntime, tools);
const strip = await packagedTool(pinned.binutils, { program: 'aarch64-linux-gnu-strip' });
const probe = await readFile(join(import.meta.dirname, 'bun-probe.cjs'), 'utf8');
const signal = new AbortController().signal;
const folder = temporaryFolder('bun-program');

/** Where a program is started: what Bun reads of such a folder would steer it. */
const steering = join(folder, 'steering');
const code = join(steering, 'steer.js');

interface Facts {
  readonly [name: string]: unknown;
  readonly names: readonly string[];
}

async function makeProgram(name: string, scratch = temporaryFolder('bun-scratch')): Promise<string> {
  const output = join(folder, name);
  const options = { code: probe, base: pinned.base, ...tools, memoryLimitMiB: 128, output, scratch, signal };
  await makeBunProgram(options);
  return output;
}

/** A program compiled with other flags, or into another Bun. */
async function makeMutant(
  flags: readonly string[] = compileFlags,
  bun = join(pinned.base, 'bun'),
): Promise<string> {
  const scratch = temporaryFolder('bun-mutant');
  await writeFile(join(scratch, 'daemon.cjs'), probe);
  const output = join(scratch, 'mutant');
  const args = ['build', ...flags, `--compile-executable-path=${bun}`, `--outfile=${output}`, 'daemon.cjs'];
  await host.run(args, { cwd: scratch, signal });
  return output;
}

const without = (flag: string): string[] => {
  assert.ok(compileFlags.includes(flag), `${flag} is not among the flags`);
  return compileFlags.filter((one) => one !== flag);
};

const withoutOwn = (flag: string): string[] => {
  assert.ok(bunFlags.includes(flag), `${flag} is not among the flags`);
  const rest = bunFlags.filter((one) => one !== flag).join(' ');
  return [
    ...compileFlags.filter((one) => !one.startsWith('--compile-exec-argv=')),
    `--compile-exec-argv=${rest}`,
  ];
};

async function run(
  program: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<string> {
  const options = {
    root: pinned.root,
    folder: steering,
    args,
    environment: { HOME: steering, ...environment },
  };
  const running = new EmulatedProgram(program, options);
  const { exitCode } = await running.ended;
  assert.is(exitCode, 0, running.output);
  return running.output;
}

/** What the probe found. */
async function factsOf(...args: Parameters<typeof run>): Promise<Facts> {
  const output = await run(...args);
  const line = output.split('\n').find((one) => one.startsWith('{'));
  assert.ok(line, output);
  return JSON.parse(line!) as Facts;
}

let program: string;
let facts: Facts;
/** Bun as it comes, stripped: it hears. */
let hearing: string;
test.before(async () => {
  await mkdir(steering);
  await writeFile(code, 'globalThis.steered = true;');
  await writeFile(join(steering, '.env'), 'FROM_DOTENV=yes\n');
  const settings = `preload = ["${code}"]\n`;
  for (const name of ['bunfig.toml', '.bunfig.toml']) await writeFile(join(steering, name), settings);
  program = await makeProgram('program');
  hearing = join(folder, 'hearing');
  await strip.run(['--strip-all', '-o', hearing, join(pinned.bun, 'package/bin/bun')], { signal });
  if (canEmulate)
    facts = await factsOf(program, {}, ['-e', 'process.exit(9)', '--version', '--inspect', '--preload=/x']);
});

emulated('is the pinned Bun with the fixed flags, and its arguments are the daemon’s', () => {
  assert.is(facts.version, bunRuntime.version);
  assert.is(facts.architecture, 'arm64');
  assert.equal(facts.flags, bunFlags);
  assert.equal(facts.arguments, ['-e', 'process.exit(9)', '--version', '--inspect', '--preload=/x']);
  assert.is(facts.isMain, true);
  assert.is(facts.isStrict, true);
});

emulated('makes no code from strings, and without its flag would', async () => {
  assert.is(facts.eval, 'EvalError');
  assert.is(facts.newFunction, 'EvalError');
  const mutant = await factsOf(await makeMutant(withoutOwn('--disallow-code-generation-from-strings')));
  assert.is(mutant.eval, '2');
  assert.is(mutant.newFunction, '3');
});

emulated('loads no native addon and compiles no C, and without its flag would try', async () => {
  assert.is(facts.dlopen, 'Error ERR_DLOPEN_DISABLED');
  assert.is(facts.compile, 'Error ERR_FFI_CC_DISABLED');
  const mutant = await factsOf(await makeMutant(withoutOwn('--no-addons')));
  assert.is(mutant.dlopen, 'Error ERR_DLOPEN_FAILED');
  assert.is.not(mutant.compile, 'Error ERR_FFI_CC_DISABLED');
});

emulated('does not read .env of its folder, and without its flag would', async () => {
  assert.is(facts.fromDotenv, null);
  const mutant = await factsOf(await makeMutant(without('--no-compile-autoload-dotenv')));
  assert.is(mutant.fromDotenv, 'yes');
});

emulated('does not read bunfig.toml of its folder, and without its flag would', async () => {
  assert.is(facts.steered, false);
  const mutant = await factsOf(await makeMutant(without('--no-compile-autoload-bunfig')));
  assert.is(mutant.steered, true);
});

const loaders: Readonly<Record<string, string>> = {
  BUN_OPTIONS: `--preload ${code}`,
  BUN_INSPECT_PRELOAD: code,
};
for (const [name, value] of Object.entries(loaders)) {
  emulated(`is deaf to ${name}, and as Bun comes would load what it names`, async () => {
    assert.is((await factsOf(program, { [name]: value })).steered, false);
    assert.is((await factsOf(await makeMutant(compileFlags, hearing), { [name]: value })).steered, true);
  });
}

emulated('is deaf to BUN_BE_BUN, and as Bun comes would be the whole Bun', async () => {
  const environment = { BUN_BE_BUN: '1' };
  assert.is((await factsOf(program, environment)).version, bunRuntime.version);
  const mutant = await run(await makeMutant(compileFlags, hearing), environment, ['--version']);
  assert.is(mutant.trim(), bunRuntime.version);
});

emulated('is deaf to the new names too: no entry of an environment has them', async () => {
  const hostile = { '=UN_OPTIONS': `--preload ${code}`, '=UN_BE_BUN': '1', '=UN_INSPECT_PRELOAD': code };
  assert.is((await factsOf(program, hostile)).steered, false);
});

/** Starts the probe as a server. */
async function serve(
  served: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ running: EmulatedProgram; port: number }> {
  const running = new EmulatedProgram(served, { root: pinned.root, args: ['serve'], environment });
  const { port } = JSON.parse(await running.line(/^\{/)) as { port: number };
  return { running, port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

emulated('answers over HTTP and opens no debugger for BUN_INSPECT, and as Bun comes would', async () => {
  for (const [served, opens] of [
    [program, false],
    [await makeMutant(compileFlags, hearing), true],
  ] as const) {
    const debuggerPort = await freePort();
    const { running, port } = await serve(served, { BUN_INSPECT: `127.0.0.1:${debuggerPort}/debug` });
    assert.is(await (await fetch(`http://127.0.0.1:${port}/there`)).text(), 'you asked for /there');
    assert.is(await answers(debuggerPort), opens);
    running.kill('SIGTERM');
    assert.is((await running.ended).signal, 'SIGTERM');
  }
});

test('each name that steers has a test here', () => {
  const tried = [...Object.keys(loaders), 'BUN_BE_BUN', 'BUN_INSPECT'];
  // Of what BUN_INSPECT opens: where it then reports to.
  assert.equal(
    steeringNames.filter((name) => !tried.includes(name)),
    ['BUN_INSPECT_CONNECT_TO'],
  );
});

test('the same input gives the same bytes, in a folder below others that would steer the compiler too', async () => {
  const outer = join(folder, 'outer');
  const scratch = join(outer, 'deeper/scratch');
  await mkdir(join(outer, 'node_modules/fs'), { recursive: true });
  await mkdir(scratch, { recursive: true });
  await writeFile(join(outer, 'tsconfig.json'), '{"compilerOptions":{"paths":{"node:http":["./evil.js"]}}}');
  await writeFile(join(outer, 'package.json'), '{"type":"module","browser":{"node:http":"./evil.js"}}');
  await writeFile(join(outer, 'bunfig.toml'), '[define]\nDEFINED_BY_FILE = "1"\n');
  await writeFile(join(outer, '.env'), 'NODE_ENV=development\n');
  const again = await makeProgram('again', scratch);
  assert.is(await sha256(again), await sha256(program));
  assert.not.ok((await readFile(program)).includes(folder));
});

test('a compiled program that was stripped has lost its daemon, and is refused by that name', async () => {
  const stripped = join(folder, 'stripped');
  await strip.run(['-o', stripped, program], { signal });
  await requirePayload(program);
  await rejectedWith(requirePayload(stripped), 'STEP_FAILED', /lost its daemon: nothing in it points/);
  await rejectedWith(
    requirePayload(join(pinned.base, 'bun')),
    'STEP_FAILED',
    /lost its daemon: its section \.bun is empty/,
  );
  if (canEmulate) {
    const running = new EmulatedProgram(stripped, { root: pinned.root });
    await running.ended;
    assert.match(running.output, /^Bun is a fast JavaScript runtime/);
  }
});

test('the audit of a root takes the program, and refuses it stripped, and the bare Bun', async () => {
  for (const [daemon, expected] of [
    [program, []],
    [join(folder, 'stripped'), ['shell-or-interpreter']],
    [join(pinned.base, 'bun'), ['shell-or-interpreter']],
  ] as const) {
    const named = join(folder, 'audited');
    await copyFile(daemon, named);
    const entries = [
      { ...file('/usr/bin/probe', '', { mode: 0o555 }), content: { file: named } },
      ...rootEntries(bunRuntime.rootFiles, pinned.base),
    ];
    const { findings } = await auditTree(completeTree(entries), {
      architecture: 'arm64',
      daemon: '/usr/bin/probe',
      expected: entries.map(({ path }) => path),
    });
    assert.equal(
      findings.map(({ rule }) => rule),
      expected,
      JSON.stringify(findings),
    );
  }
});

test('the base is the same bytes in another folder', async () => {
  const output = join(folder, 'base');
  await mkdir(output);
  await makeBunBase({ ...pinned, output, signal });
  for (const name of [
    'bun',
    'lib/ld-musl-aarch64.so.1',
    'lib/libgcc_s-2d945d6c.so.1',
    'lib/libstdc++.so.6',
  ]) {
    assert.is(await sha256(join(output, name)), await sha256(join(pinned.base, name)), name);
  }
});

test('the base comes with the licences of its parts', async () => {
  const licences = await bunBaseLicences(pinned);
  assert.equal(
    licences.map(({ name }) => name),
    ['Bun', 'libgcc', 'libstdc++', 'musl'],
  );
  const [text] = licences[0]!.texts;
  assert.match(text!.text, /MIT-licensed[\s\S]*JavaScriptCore[\s\S]*LGPL-2[\s\S]*tinycc[^\n]*LGPL v2\.1/);
});

test('the list of its modules is that of the pinned Bun', async () => {
  const script = 'console.log(JSON.stringify(require("module").builtinModules))';
  const names = JSON.parse(await host.run(['-e', script], { cwd: folder, signal })) as string[];
  // A bundle asks for these by npm, or never.
  const beyond = ['bun:test', 'undici', 'ws'];
  const fromNode = names.filter((name) => !bunOwnModules.includes(name) && !beyond.includes(name));
  assert.equal(fromNode.sort(), [...nodeBuiltins].filter((name) => !missingInBun.has(name)).sort());
  for (const name of [...bunOwnModules, ...beyond]) assert.ok(names.includes(name), name);
});

test.after(() => rm(folder, { recursive: true, force: true }));

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

test.run();

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readElfProgram } from '../../builder/runtime/elf-program.ts';
import { injectSeaBlob } from '../../builder/runtime/inject.ts';
import { canEmulate, EmulatedProgram } from '../support/emulated-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { findTestZig } from '../support/zig.ts';

const test = suite('inject into real programs');
const emulated = canEmulate ? test : test.skip;
if (!canEmulate) console.log('SKIP inject into real programs: qemu-aarch64-static is not installed');

const folder = temporaryFolder('inject');
const blob = Buffer.from('0123456789'.repeat(10_001));

/** A program whose last segment has zeroed memory, unlike Node's own. */
async function compiledReader(flags: readonly string[]): Promise<Buffer> {
  const { zigRoot, cacheDirectory } = await findTestZig();
  const output = join(folder, 'reader');
  const source = join(import.meta.dirname, 'note-reader.c');
  const args = [
    'cc',
    '-target',
    'aarch64-linux-musl',
    '-O1',
    '-Wl,--build-id=sha1',
    ...flags,
    source,
    '-o',
    output,
  ];
  await execa(join(zigRoot, 'ziglang/zig'), args, {
    env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory },
    extendEnv: false,
  });
  return await readFile(output);
}

for (const [name, flags] of [
  ['a program at a fixed address', ['-static']],
  ['a program at any address', ['-static', '-fPIE', '-pie']],
  ['a stripped program', ['-static', '-s']],
] as const) {
  emulated(`${name} finds its blob, and its zeroed memory is zero`, async () => {
    const program = await compiledReader(flags);
    const loaded = readElfProgram(program, name).segments.filter(({ type }) => type === 1);
    const last = loaded.toSorted((a, b) => a.address - b.address).at(-1)!;
    assert.ok(last.memorySize - last.fileSize >= 300_000, 'it does not have what is to be tested');
    const injected = join(folder, 'injected');
    await writeFile(injected, injectSeaBlob(program, blob), { mode: 0o755 });
    const running = new EmulatedProgram(injected, { root: folder });
    const { exitCode } = await running.ended;
    assert.is(running.output, `fuse 1, 0 bytes not zero\nblob ${blob}\n`);
    assert.is(exitCode, 0);
  });
}

test.run();

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import type { ProgramKind } from '../../builder/recipe/runtime-name.ts';
import { rootFilesOf } from '../../builder/runtime/program-facts.ts';
import { checkout, testTools } from './places.ts';
import { findTestZig } from './zig.ts';

const libc = 'libc.musl-aarch64.so.1';

/**
 * test/appliances/hostile/attempts.c for a board, compiled once for each state of its source. It loads what a runtime loads, so that it can stand
 * in the place of a daemon under the audit.
 * @returns its path
 */
export async function hostileProgram(kind: ProgramKind): Promise<string> {
  const source = join(checkout, 'test/appliances/hostile/attempts.c');
  const libraries = rootFilesOf(kind)
    .filter(({ path }) => path.startsWith('/usr/lib/'))
    .map(({ path }) => basename(path));
  const digest = createHash('sha256')
    .update(await readFile(source))
    .update(await readFile(import.meta.filename))
    .update(kind)
    .update(libraries.join())
    .digest('hex')
    .slice(0, 16);
  const folder = join(testTools, `hostile-${digest}`);
  const program = join(folder, 'hostile');
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  const stubs: string[] = [];
  for (const name of libraries) {
    const stub = join(folder, `stub-${stubs.length}.so`);
    await compile(['-shared', '-nostdlib', `-Wl,-soname,${name}`, '-x', 'c', '/dev/null', '-o', stub]);
    stubs.push(stub);
  }
  const linked = `${program}.${process.pid}`;
  const warnings = ['-Wall', '-Wextra', '-Werror'];
  if (kind === 'c') {
    await compile([
      '-static',
      '-fPIE',
      '-pie',
      '-O1',
      '-s',
      ...warnings,
      '-D_GNU_SOURCE',
      source,
      '-o',
      linked,
    ]);
    await rename(linked, program);
    return program;
  }
  const loads = ['-Wl,--no-as-needed', ...stubs];
  await compile(['-dynamic', '-O1', '-s', ...warnings, '-D_GNU_SOURCE', source, ...loads, '-o', linked]);
  await writeFile(linked, renameNeeded(await readFile(linked), 'libc.so', libc));
  await rename(linked, program);
  return program;
}

async function compile(args: readonly string[]): Promise<void> {
  const { zigRoot, cacheDirectory } = await findTestZig();
  await execa(join(zigRoot, 'ziglang/zig'), ['cc', '-target', 'aarch64-linux-musl', ...args], {
    env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory },
    extendEnv: false,
  });
}

/** DT_NEEDED, DT_STRTAB of elf.h; PT_LOAD, PT_DYNAMIC. Lets an entry that names one library name another that is named too. */
function renameNeeded(elf: Buffer, from: string, to: string): Buffer {
  const headers = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = Number(elf.readBigUInt64LE(32)) + index * 56;
    const word = (offset: number): number => Number(elf.readBigUInt64LE(at + offset));
    return { type: elf.readUInt32LE(at), offset: word(8), address: word(16), size: word(32) };
  });
  const dynamic = headers.find(({ type }) => type === 2)!;
  const entries = Array.from({ length: dynamic.size / 16 }, (_, index) => dynamic.offset + index * 16);
  const numberAt = (at: number): number => Number(elf.readBigUInt64LE(at + 8));
  const tagged = (tag: bigint): number[] => entries.filter((at) => elf.readBigUInt64LE(at) === tag);
  const names = numberAt(tagged(5n)[0]!);
  const segment = headers.find(
    ({ type, address, size }) => type === 1 && names >= address && names < address + size,
  )!;
  const nameOf = (at: number): string => {
    const start = names - segment.address + segment.offset + numberAt(at);
    return elf.toString('latin1', start, elf.indexOf(0, start));
  };
  const needed = tagged(1n);
  const other = needed.find((at) => nameOf(at) === to);
  if (other === undefined) throw new Error(`nothing needs ${to}`);
  for (const at of needed.filter((one) => nameOf(one) === from)) {
    elf.writeBigUInt64LE(BigInt(numberAt(other)), at + 8);
  }
  return elf;
}

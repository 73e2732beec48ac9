import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rootEntries } from '../../builder/runtime/root-entries.ts';
import type { Runtime } from '../../builder/runtime/runtime.ts';
import { implementationDigest } from '../../builder/steps/implementation-digest.ts';
import { lockedFiles, unpack } from './locked-tools.ts';
import { checkout, testTools } from './places.ts';

type Folders = Readonly<Record<string, string>>;

export interface PinnedRuntime {
  /** Folders of the unpacked packages, by the names of the runtime's parts. */
  readonly parts: Folders;
  readonly base: string;
  /** A root with what a program needs besides itself, for qemu-user's `-L`. */
  readonly root: string;
}

/**
 * The locked parts of a runtime and the base that is made of them, unpacked once for all tests. Tests only read them.
 * @param makeBase fills the folder of the base from those of the parts
 */
export async function pinnedRuntime(
  runtime: Runtime,
  makeBase: (parts: Folders, output: string) => Promise<void>,
): Promise<PinnedRuntime> {
  const names = Object.keys(runtime.parts);
  // The lock's files are in the order of the requests, one each.
  const files = await lockedFiles(Object.values(runtime.parts).map(({ request }) => request));
  const code = implementationDigest(join(checkout, 'builder/steps/kinds', `${runtime.base.kind}.ts`));
  const version = createHash('sha256').update(files.join()).update(code).digest('hex').slice(0, 16);
  const folder = join(testTools, `${runtime.name}-parts-${version}`);
  const within = (root: string): PinnedRuntime => ({
    parts: Object.fromEntries(names.map((name) => [name, join(root, name)])),
    base: join(root, 'base'),
    root: join(root, 'root'),
  });
  if (existsSync(folder)) return within(folder);
  const partial = within(`${folder}.${process.pid}`);
  for (const [index, name] of names.entries()) {
    await mkdir(partial.parts[name]!, { recursive: true });
    await unpack[runtime.parts[name]!.packing](files[index]!, partial.parts[name]!);
  }
  await mkdir(partial.base);
  await makeBase(partial.parts, partial.base);
  await layRoot(runtime, partial);
  await rename(dirname(partial.base), folder).catch(() =>
    rm(dirname(partial.base), { recursive: true, force: true }),
  );
  return within(folder);
}

async function layRoot({ rootFiles }: Runtime, { base, root }: PinnedRuntime): Promise<void> {
  for (const entry of rootEntries(rootFiles, base)) {
    if (entry.type !== 'file' || !('file' in entry.content)) continue;
    const file = join(root, entry.path);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(entry.content.file, file);
    await chmod(file, entry.mode);
  }
}

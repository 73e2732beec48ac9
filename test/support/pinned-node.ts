import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeNodeBase, nodeRootFiles } from '../../builder/runtime/node-base.ts';
import { nodeRuntime } from '../../builder/runtime/node-runtime.ts';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { unpackNpmTarball } from '../../builder/toolchain/unpack-npm-tarball.ts';
import { unpackWheel } from '../../builder/toolchain/unpack-wheel.ts';
import { lockedFiles, lockedTool } from './locked-tools.ts';

/** The locked parts of the runtime, unpacked once for all tests. Tests only read them. */
export interface PinnedNode {
  /** Folders of the unpacked packages. */
  readonly wheel: string;
  readonly musl: string;
  readonly binutils: string;
  readonly nodeHost: string;
  readonly nodeLibraries: string;
  readonly esbuild: string;
  /** What `makeNodeBase` made of them. */
  readonly base: string;
  /** A root with what a program needs besides itself, for qemu-user's `-L`. */
  readonly root: string;
}

/** For slow tests: the first call needs the network. */
export async function pinnedNode(): Promise<PinnedNode> {
  const { targetNode, hostNode, musl, esbuild } = nodeRuntime.requests;
  const files = await lockedFiles([targetNode, hostNode, musl, esbuild]);
  const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), 'boardsmith-test-tools', `node-${version}`);
  const at = (name: string): string => join(folder, name);
  const pinned = {
    wheel: at('wheel'),
    musl: at('musl'),
    binutils: await lockedTool('binutils'),
    nodeHost: at('host'),
    nodeLibraries: await lockedTool('nodeLibraries'),
    esbuild: at('esbuild'),
    base: at('base'),
    root: at('root'),
  };
  if (existsSync(folder)) return pinned;
  const partial = `${folder}.${process.pid}`;
  // The lock's files are in the order of the requests, one each.
  await unpackWheel(files[0]!, join(partial, 'wheel'), { only: (path) => !path.includes('/include/') });
  await unpackNpmTarball(files[1]!, join(partial, 'host'));
  await unpackDeb(files[2]!, join(partial, 'musl'));
  await unpackNpmTarball(files[3]!, join(partial, 'esbuild'));
  await mkdir(join(partial, 'base'));
  await makeNodeBase({
    wheel: join(partial, 'wheel'),
    musl: join(partial, 'musl'),
    binutils: pinned.binutils,
    output: join(partial, 'base'),
    signal: new AbortController().signal,
  });
  await layRoot(join(partial, 'base'), join(partial, 'root'));
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return pinned;
}

async function layRoot(base: string, root: string): Promise<void> {
  for (const entry of nodeRootFiles(base)) {
    if (entry.type !== 'file' || !('file' in entry.content)) continue;
    const file = join(root, entry.path);
    await mkdir(dirname(file), { recursive: true });
    await copyFile(entry.content.file, file);
    await chmod(file, entry.mode);
  }
}

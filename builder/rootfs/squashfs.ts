import { rm } from 'node:fs/promises';
import { packagedTool } from '../toolchain/packaged-tool.ts';
import type { Tree } from './tree.ts';
import { writeTar } from './write-tar.ts';

/**
 * zstd levels. For a root of 113 MB on two cores: 4 is 39.7 MB in 0.4 s, 9 is 37.8 MB in 1.7 s, 19 is 35 MB in 12 to 28 s.
 * `fast` is for a person who waits for a changed line, `dense` for a release.
 */
const levels = { fast: 4, dense: 19 } as const;
export type Compression = keyof typeof levels;

export interface SquashfsOptions {
  /** Folder with the unpacked packages of the tool `squashfs`. */
  readonly toolRoot: string;
  /** The image to write; replaced if it is there. */
  readonly output: string;
  /** Seconds since 1970, of the file system and every file. */
  readonly mtime: number;
  readonly compression: Compression;
  /** How many processors are used; all without it. Does not change a byte. */
  readonly processors?: number;
  readonly signal: AbortSignal;
}

/**
 * Writes a tree as a squashfs (zstd, blocks of 1 MiB: the largest, they cost nothing when one big file is read in sequence).
 * The same bytes for the same tree, whatever the machine and its number of processors.
 * @throws BoardsmithError STEP_FAILED with what sqfstar said
 */
export async function squashfs(tree: Tree, options: SquashfsOptions): Promise<void> {
  const { toolRoot, output, mtime, compression, signal } = options;
  const root = tree[0]!;
  await rm(output, { force: true });
  const packing = ['-comp', 'zstd', '-Xcompression-level', String(levels[compression]), '-b', '1M'];
  const fixed = ['-mkfs-time', String(mtime), '-root-time', String(mtime)];
  const rootFolder = [
    '-root-mode',
    root.mode.toString(8).padStart(4, '0'),
    '-root-uid',
    String(root.uid),
    '-root-gid',
    String(root.gid),
  ];
  const processors = options.processors === undefined ? [] : ['-processors', String(options.processors)];
  const quiet = ['-no-xattrs', '-quiet', '-no-progress'];
  const sqfstar = await packagedTool(toolRoot, { program: 'sqfstar' });
  await sqfstar.run([...packing, ...fixed, ...rootFolder, ...processors, ...quiet, output], {
    input: writeTar(tree, mtime),
    signal,
  });
}

import { rm } from 'node:fs/promises';
import { packagedTool } from '../toolchain/packaged-tool.ts';
import type { Tree } from './tree.ts';
import { writeTar } from './write-tar.ts';

export interface SquashfsOptions {
  /** Folder with the unpacked packages of the tool `squashfs`. */
  readonly toolRoot: string;
  /** The image to write; replaced if it is there. */
  readonly output: string;
  /** Seconds since 1970, of the file system and every file. */
  readonly mtime: number;
  /**
   * zstd level, 1 to 22. For a 113 MB root: 3 is 42 MB in 0.3 s, 9 is 39.4 MB in 1 s, 19 is 35 MB in 12 to 28 s.
   * 9 without it: what follows is not worth a person's wait.
   */
  readonly level?: number;
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
  const { toolRoot, output, mtime, level = 9, signal } = options;
  const root = tree[0]!;
  await rm(output, { force: true });
  const compression = ['-comp', 'zstd', '-Xcompression-level', String(level), '-b', '1M'];
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
  await sqfstar.run([...compression, ...fixed, ...rootFolder, ...processors, ...quiet, output], {
    input: writeTar(tree, mtime),
    signal,
  });
}

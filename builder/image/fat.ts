import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagedTool } from '../toolchain/packaged-tool.ts';

/** A file of a FAT file system. */
export interface FatFile {
  /** Relative, POSIX separators: `extlinux/extlinux.conf`. */
  readonly path: string;
  readonly content: { readonly file: string } | { readonly bytes: Uint8Array };
}

export interface FatOptions {
  /** Folder with the unpacked packages of the tool `fat`. */
  readonly toolRoot: string;
  /** The file to write; replaced if it is there. */
  readonly output: string;
  /** Empty folder for settings and small files. */
  readonly scratch: string;
  readonly sizeMiB: number;
  /** Up to 11 characters, upper case. */
  readonly label: string;
  /** Volume id, 32 bits. */
  readonly volumeId: number;
  /** Seconds since 1970, of every file; FAT keeps even seconds from 1980 on. */
  readonly mtime: number;
  readonly files: readonly FatFile[];
  readonly signal: AbortSignal;
}

/** FAT32 needs 65,525 clusters or more (Microsoft's FAT specification 1.03); below 512 MiB FAT16 has fewer and larger ones. */
const fat32FromMiB = 512;

/** mtools reads the host's /etc/mtools.conf first; what it could say and would change an image is said again here. */
const mtoolsSettings = `mtools_skip_check=0
mtools_fat_compatibility=0
mtools_lower_case=0
mtools_no_vfat=0
mtools_name_numeric_tail=1
default_codepage=437
`;

/**
 * Writes a FAT file system with the given files into a sparse file: the same bytes for the same options.
 * @throws BoardsmithError STEP_FAILED with what a tool said, also if the files do not fit
 */
export async function makeFat(options: FatOptions): Promise<void> {
  const { toolRoot, output, sizeMiB, files, signal } = options;
  await rm(output, { force: true });
  const handle = await open(output, 'wx');
  await handle.truncate(sizeMiB * 1024 * 1024).finally(() => handle.close());
  const settings = join(options.scratch, 'mtoolsrc');
  await writeFile(settings, mtoolsSettings);
  // dosfstools and mtools both take every time from it.
  const environment = { SOURCE_DATE_EPOCH: String(options.mtime), MTOOLSRC: settings };
  const run = async (program: string, ...args: string[]): Promise<void> => {
    const tool = await packagedTool(toolRoot, { program });
    await tool.run(args, { environment, signal });
  };
  const bits = sizeMiB < fat32FromMiB ? '16' : '32';
  const volumeId = options.volumeId.toString(16).padStart(8, '0');
  const identity = ['-i', volumeId, '-n', options.label];
  await run('mkfs.fat', ...identity, '-F', bits, '-S', '512', output);
  for (const folder of folders(files)) await run('mmd', '-i', output, `::/${folder}`);
  for (const { path, content } of byPath(files)) {
    // Not through a pipe: mcopy would say nothing if the file system were full.
    const source = 'file' in content ? content.file : join(options.scratch, 'content');
    if ('bytes' in content) await writeFile(source, content.bytes);
    await run('mcopy', '-i', output, source, `::/${path}`);
  }
  await run('fsck.fat', '-n', output);
}

function byPath(files: readonly FatFile[]): FatFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Every folder above the files, parents first. */
function folders(files: readonly FatFile[]): string[] {
  const all = files.flatMap(({ path }) => {
    const parts = path.split('/').slice(0, -1);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...new Set(all)].sort();
}

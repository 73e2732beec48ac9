import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { completeTree } from '../rootfs/complete-tree.ts';
import type { TreeEntry } from '../rootfs/tree.ts';
import { writeTar } from '../rootfs/write-tar.ts';
import { packagedTool } from '../toolchain/packaged-tool.ts';

export interface Ext4Options {
  /** Folder with the unpacked packages of the tool `ext4`. */
  readonly toolRoot: string;
  /** The file to write; replaced if it is there. */
  readonly output: string;
  /** Empty folder for a file of settings. */
  readonly scratch: string;
  readonly sizeMiB: number;
  /** Of the file system; also seeds the hash of its folders. */
  readonly uuid: string;
  /** Seconds since 1970, of the file system and all in it. */
  readonly mtime: number;
  /** Owner and mode of the file system's root folder. */
  readonly root: { readonly uid: number; readonly gid: number; readonly mode: number };
  /** What lies in it besides `lost+found`; nothing without it. */
  readonly entries?: readonly TreeEntry[];
  readonly signal: AbortSignal;
}

/** Descriptors are reserved for growing to 128 GiB, in blocks of 4096 bytes: cards of 32 GB are planned, larger ones are sold. */
const largestBlocks = (128 * 2 ** 30) / 4096;

/**
 * mke2fs's own defaults of 1.47, without `metadata_csum_seed` (nothing here changes a UUID) and without `orphan_file` (it saves time on disks with
 * many writers; older rescue systems refuse such a disk).
 */
const features =
  'none,has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize,sparse_super,large_file,filetype,resize_inode,dir_index,ext_attr';

/** Without a configuration of its own, mke2fs would read the host's /etc/mke2fs.conf. */
const configuration = '[fs_types]\n\text4 = {\n\t}\n\tsmall = {\n\t}\n';

/**
 * Writes an ext4 file system into a sparse file, without root: the same bytes for the same options. It can grow while mounted, journal and
 * inode tables are initialised (nothing is left for a first mount to do), errors make it read-only.
 * @throws BoardsmithError STEP_FAILED with what mke2fs or e2fsck said
 */
export async function makeExt4(options: Ext4Options): Promise<void> {
  const { toolRoot, output, scratch, sizeMiB, uuid, mtime, root, signal } = options;
  const mke2fs = await packagedTool(toolRoot, { program: 'mke2fs' });
  const settings = join(scratch, 'mke2fs.conf');
  await writeSparse(settings, Buffer.from(configuration), configuration.length);
  await writeSparse(output, Buffer.alloc(0), sizeMiB * 1024 * 1024);
  const rootFolder: TreeEntry = { type: 'directory', path: '/', origin: 'built:ext4', ...root };
  const extended = [
    `hash_seed=${uuid}`,
    `resize=${largestBlocks}`,
    `root_owner=${root.uid}:${root.gid}`,
    'lazy_itable_init=0',
    'lazy_journal_init=0',
    'nodiscard',
  ];
  const geometry = ['-t', 'ext4', '-b', '4096', '-I', '256', '-i', '16384', '-m', '0', '-e', 'remount-ro'];
  await mke2fs.run(
    ['-q', '-F', ...geometry, '-O', features, '-U', uuid, '-E', extended.join(','), '-d', '-', output],
    {
      input: writeTar(completeTree([rootFolder, ...(options.entries ?? [])]), mtime),
      environment: { SOURCE_DATE_EPOCH: String(mtime), MKE2FS_CONFIG: settings },
      signal,
    },
  );
  const e2fsck = await packagedTool(toolRoot, { program: 'e2fsck' });
  await e2fsck.run(['-f', '-n', output], { environment: { E2FSCK_CONFIG: '/dev/null' }, signal });
}

async function writeSparse(file: string, bytes: Buffer, size: number): Promise<void> {
  await rm(file, { force: true });
  const handle = await open(file, 'wx');
  try {
    await handle.write(bytes);
    await handle.truncate(size);
  } finally {
    await handle.close();
  }
}

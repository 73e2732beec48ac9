import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { writeDisk } from '../../builder/image/disk.ts';
import { extlinuxConfiguration } from '../../builder/image/extlinux.ts';
import { makeFat } from '../../builder/image/fat.ts';
import { layout } from '../../builder/image/layout.ts';
import { appendHashTree } from '../../builder/image/verity/append-hash-tree.ts';
import { verityRecordPath, writeVerityRecord } from '../../builder/image/verity/verity-record.ts';
import type { ImageDescription } from '../../builder/plan/image-description.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { squashfs } from '../../builder/rootfs/squashfs.ts';
import type { Tree } from '../../builder/rootfs/tree.ts';
import { writeCpio } from '../../builder/rootfs/write-cpio.ts';
import { packagedTool } from '../../builder/toolchain/packaged-tool.ts';
import { builtElf } from './built-elf.ts';
import { testBoard } from './test-board.ts';
import { directory, file, symlink } from './tree-entries.ts';

/** An image of 30 MiB with everything that `inspect` reads, made from fixtures; the slow suite makes those anew with the real tools. */
const fixtures = join(import.meta.dirname, '../fixtures/inspect');
const mtime = 1_700_000_000;
const { signal } = new AbortController();

export const smallBoard = {
  ...testBoard,
  partitions: { bootMiB: 10, rootMiB: 1, stateMiB: 1, identityMiB: 1, dataMiB: 1 },
};

/** Bytes that do not pack well and are the same each time. */
function noise(length: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

const loader = '/lib/ld-musl-aarch64.so.1';

/** Large and small files, one of zeros, one that is empty, links, folders in folders, other owners. */
export const smallRoot: Tree = completeTree([
  file('/usr/bin/small', builtElf({ interpreter: loader, needed: ['libone.so.1'], pie: true }), {
    mode: 0o555,
  }),
  file('/usr/lib/libone.so.1', builtElf({ soname: 'libone.so.1', needed: ['libc.musl-aarch64.so.1'] }), {
    mode: 0o555,
  }),
  file(loader, builtElf({ soname: 'ld-musl-aarch64.so.1' }), { mode: 0o555 }),
  symlink('/usr/lib/libc.musl-aarch64.so.1', loader),
  file('/etc/large', Buffer.concat([noise(30_000), Buffer.alloc(2_100_000), noise(50)]), { mode: 0o444 }),
  file('/etc/zeros', Buffer.alloc(1 << 20), { mode: 0o444 }),
  file('/etc/empty', '', { mode: 0o444 }),
  file('/etc/hosts', '127.0.0.1 localhost\n', { mode: 0o440, uid: 12, gid: 34 }),
  directory('/a/b/c/d', { mode: 0o555 }),
]);

export const smallInitramfs: Tree = completeTree([
  directory('/dev', { mode: 0o555 }),
  file('/init', builtElf({ type: 2 }), { mode: 0o755 }),
  file('/lib/modules/squashfs.ko', noise(5000), { mode: 0o444 }),
  symlink('/link', 'init'),
]);

/** What the kernel of the image says of itself. */
export const smallKernel = Buffer.concat([
  noise(1000),
  Buffer.from('Linux version 6.12.0-small (someone) #1\n\0'),
  Buffer.from('IKCFG_ST'),
  gzipSync(Buffer.from('# comment\nCONFIG_ARM64=y\n# CONFIG_MODULES is not set\nCONFIG_LOG_BUF_SHIFT=17\n')),
  Buffer.from('IKCFG_ED'),
]);

export const smallDescription: ImageDescription = {
  recipe: 'small',
  board: 'test-board',
  date: '2026-01-02',
  cage: { 'listens on': ['tcp 80', 'udp 53'], capabilities: [], 'memory in MiB': 64, 'needs the time': true },
};

export interface SmallImageTools {
  readonly fat: string;
  readonly squashfs: string;
  readonly zstd: string;
}

/** Makes the two file systems of the fixture with the tools of the lock. */
export async function makeSmallParts(
  tools: SmallImageTools,
  folder: string,
): Promise<{ boot: Buffer; root: Buffer }> {
  const scratch = join(folder, 'scratch');
  await mkdir(scratch, { recursive: true });
  const [archive, packed] = [join(folder, 'initramfs'), join(folder, 'initramfs.zst')];
  await writeFile(archive, await writeCpio(smallInitramfs, mtime));
  const zstd = await packagedTool(tools.zstd, { program: 'zstd' });
  await zstd.run(['-q', '-f', '-15', '--single-thread', '--check', archive, '-o', packed], { signal });
  const [boot, root] = [join(folder, 'boot'), join(folder, 'root')];
  await squashfs(smallRoot, { toolRoot: tools.squashfs, output: root, mtime, signal, compression: 'fast' });
  const bytes = writeVerityRecord(await appendHashTree(root, signal));
  const record = await writeCpio(completeTree([file(verityRecordPath, bytes, { mode: 0o400 })]), mtime);
  const configuration = extlinuxConfiguration({
    label: 'small-test',
    kernel: '/kernel',
    initramfs: '/initramfs',
    deviceTree: null,
    commandLine: ['console=ttyS0', 'quiet'],
  });
  await makeFat({
    ...{
      toolRoot: tools.fat,
      output: boot,
      scratch,
      sizeMiB: 10,
      label: 'BOOT-A',
      volumeId: 7,
      mtime,
      signal,
    },
    files: [
      { path: 'kernel', content: { bytes: smallKernel } },
      { path: 'initramfs', content: { bytes: Buffer.concat([record, await readFile(packed)]) } },
      { path: 'boardsmith.json', content: { bytes: Buffer.from(JSON.stringify(smallDescription)) } },
      { path: 'extlinux/extlinux.conf', content: { bytes: Buffer.from(configuration) } },
    ],
  });
  return { boot: await readFile(boot), root: await readFile(root) };
}

export async function smallPart(name: 'boot' | 'root'): Promise<Buffer> {
  return brotliDecompressSync(await readFile(join(fixtures, `small-${name}.br`)));
}

export interface SmallImageParts {
  readonly boot?: Buffer;
  readonly root?: Buffer;
  readonly bootloader?: Buffer;
}

/** Writes the image into a folder. @returns its path */
export async function writeSmallImage(
  folder: string,
  name: string,
  parts: SmallImageParts = {},
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const part = async (part: keyof SmallImageParts, bytes: Buffer): Promise<string> => {
    const path = join(folder, `${name}.${part}`);
    await writeFile(path, bytes);
    return path;
  };
  const output = join(folder, `${name}.img`);
  await writeDisk({
    layout: layout(smallBoard, 'small-test'),
    contents: {
      'boot-a': await part('boot', parts.boot ?? (await smallPart('boot'))),
      'root-a': await part('root', parts.root ?? (await smallPart('root'))),
    },
    bootloader: {
      file: await part('bootloader', parts.bootloader ?? Buffer.alloc(5000, 0x5b)),
      offset: 8192,
    },
    output,
    signal,
  });
  return output;
}

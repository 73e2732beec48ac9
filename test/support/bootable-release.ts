import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { pack } from 'tar-stream';
import type { InputRequest } from '../../builder/lock/lock-format.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import { moduleClosure } from '../../builder/rootfs/module-closure.ts';
import { writeCpio } from '../../builder/rootfs/write-cpio.ts';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { fatPackers, imagePackers } from './image-packers.ts';
import { lockedFiles } from './locked-tools.ts';
import type { MirrorOptions } from './openwrt-mirror.ts';
import { testTools } from './places.ts';
import { file, symlink } from './tree-entries.ts';
import { findTestZig } from './zig.ts';

/** A release that no list knows, of the target that QEMU plays. */
export const bootableRelease = { version: '24.10.9', target: 'armsr/armv8', profile: 'generic' } as const;

const fixture = join(import.meta.dirname, '../fixtures/openwrt/router');
const lockFile = join(fixture, 'packages.lock');
const debian = (name: string, closure = false): InputRequest => ({
  ...{ kind: 'debian', package: name, architecture: 'arm64', host: false },
  closure,
});
const programs = [
  debian('grub-efi-arm64-unsigned'),
  debian('busybox-static'),
  debian('nftables', true),
  debian('dnsmasq-base', true),
];
const libraries = 'usr/lib/aarch64-linux-gnu';
/** What is taken of them. */
const wantedFile =
  /^usr\/(bin\/busybox|sbin\/(nft|dnsmasq)|lib\/ld-linux-aarch64\.so\.1|lib\/aarch64-linux-gnu\/[^/]+\.so[^/]*|lib\/grub\/arm64-efi\/monolithic\/grubaa64\.efi)$/;
/** Before the root can be read; OpenWrt's kernel for this target has them built in. */
const earlyModules = ['virtio_blk', 'virtio_net', 'virtio_rng', 'squashfs', 'ext4', 'overlay'];
/** Of firewall4 and what the policy's own ruleset needs besides. */
const lateModules = [
  ...['nf_tables', 'nft_ct', 'nft_limit', 'nft_log', 'nf_log_syslog', 'nft_connlimit', 'nft_quota'],
  ...['nft_chain_nat', 'nft_nat', 'nft_masq', 'nft_fib_inet', 'nft_reject_inet'],
];

/**
 * What a mirror has whose stand-in ImageBuilder makes an image that boots: Debian's kernel, GRUB, busybox, nft and dnsmasq, and between them what stands for OpenWrt's own
 * (test/fixtures/openwrt/router).
 */
export async function bootableMirror(): Promise<MirrorOptions> {
  const parts = await debianParts();
  const from = async (path: string): Promise<Buffer> => await readFile(join(parts, path));
  const busybox = await from('usr/bin/busybox');
  const late = await modulesOf(parts, 'late');
  const sharedObjects = readdirSync(join(parts, libraries));
  return {
    ...(await imagePackers()),
    release: bootableRelease,
    programs: await fatPackers(),
    boot: {
      Image: await from('vmlinuz'),
      'bootaa64.efi': await from('usr/lib/grub/arm64-efi/monolithic/grubaa64.efi'),
      'initrd.cpio': await initialRoot(busybox, await modulesOf(parts, 'early')),
    },
    contents: {
      'base-files': await packed([
        ...fixtureFiles('base-files'),
        ...['proc', 'sys', 'dev', 'tmp', 'root', 'usr/bin', 'usr/sbin'].map((name) => ({
          path: `${name}/.keep`,
          content: '',
        })),
        { path: 'bin/busybox', content: busybox },
        ...['sh', 'cat'].map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
        { path: 'usr/sbin/ntpd', content: await from('ntpd') },
        ...late.map(({ name, content }) => ({ path: `lib/modules/${name}`, content })),
        { path: 'lib/ld-linux-aarch64.so.1', content: await from('usr/lib/ld-linux-aarch64.so.1') },
        ...sharedObjects.map((name) => libraryFile(parts, name)),
      ]),
      nftables: await packed([{ path: 'usr/sbin/nft', content: await from('usr/sbin/nft') }]),
      firewall4: await packed(fixtureFiles('firewall4')),
      dnsmasq: await packed([
        ...fixtureFiles('dnsmasq'),
        { path: 'usr/sbin/dnsmasq', content: await from('usr/sbin/dnsmasq') },
      ]),
    },
  };
}

interface PackedFile {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly link?: string;
}

function fixtureFiles(name: string): PackedFile[] {
  const top = join(fixture, name);
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(top.length + 1), content: readFileSync(path) }));
}

function libraryFile(parts: string, name: string): PackedFile {
  const path = `lib/aarch64-linux-gnu/${name}`;
  const source = join(parts, libraries, name);
  try {
    return { path, link: basename(readlinkSync(source)) };
  } catch {
    return { path, content: readFileSync(source) };
  }
}

async function packed(files: readonly PackedFile[]): Promise<Buffer> {
  const tar = pack();
  const mtime = new Date(0);
  for (const { path, content = '', link } of files) {
    if (link !== undefined) tar.entry({ name: path, mtime, type: 'symlink', linkname: link });
    else tar.entry({ name: path, mtime, mode: isProgram(content) ? 0o755 : 0o644 }, content);
  }
  tar.finalize();
  return gzipSync(await buffer(tar), { level: 1 });
}

function isProgram(content: string | Buffer): boolean {
  const start = Buffer.from(content.slice(0, 4)).toString('latin1');
  return start.startsWith('#!') || start === '\x7fELF';
}

async function initialRoot(busybox: Buffer, modules: readonly PackedFile[]): Promise<Buffer> {
  const init = readFileSync(join(fixture, 'initramfs/init'));
  const tree = completeTree([
    file('/init', init, { mode: 0o755 }),
    file('/bin/busybox', busybox, { mode: 0o755 }),
    symlink('/bin/sh', 'busybox'),
    ...['proc', 'sys', 'dev'].map((name) => file(`/${name}/.keep`)),
    ...modules.map(({ path, content = '' }) => file(`/modules/${path}`, content)),
  ]);
  return await writeCpio(tree, 0);
}

async function modulesOf(
  parts: string,
  when: string,
): Promise<{ name: string; path: string; content: Buffer }[]> {
  const folder = join(parts, 'modules', when);
  const names = (await readdir(folder)).sort();
  return await Promise.all(
    names.map(async (name) => ({ name, path: name, content: await readFile(join(folder, name)) })),
  );
}

/** A folder with what is taken of Debian's packages, unpacked and compiled once for all tests. */
async function debianParts(): Promise<string> {
  const [kernel] = await lockedFiles([debian('linux-image-arm64')]);
  const others = await lockedFiles(programs, lockFile);
  const server = join(fixture, 'ntpd.c');
  const version = createHash('sha256')
    .update([kernel, ...others, earlyModules, lateModules, wantedFile, readFileSync(server)].join())
    .digest('hex');
  const folder = join(testTools, `release-parts-${version.slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  for (const deb of others) await unpackDeb(deb, partial, { only: (path) => wantedFile.test(path) });
  await takeKernel(kernel!, partial);
  const { zigRoot, cacheDirectory } = await findTestZig();
  await execa(
    join(zigRoot, 'ziglang/zig'),
    [
      ...['cc', '-target', 'aarch64-linux-musl', '-static', '-Os', '-s', '-Wall', '-Wextra', '-Werror'],
      ...[server, '-o', join(partial, 'ntpd')],
    ],
    { env: { ZIG_GLOBAL_CACHE_DIR: cacheDirectory, ZIG_LOCAL_CACHE_DIR: cacheDirectory } },
  );
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return folder;
}

async function takeKernel(deb: string, folder: string): Promise<void> {
  const all = join(folder, 'kernel');
  await unpackDeb(deb, all, {
    only: (path) => /^boot\/vmlinuz|^usr\/lib\/modules\//.test(path),
  });
  const [image] = await readdir(join(all, 'boot'));
  await rename(join(all, 'boot', image!), join(folder, 'vmlinuz'));
  const [release] = await readdir(join(all, 'usr/lib/modules'));
  const modules = join(all, 'usr/lib/modules', release!);
  const early = await moduleClosure(modules, earlyModules);
  const there = new Set(early.map(({ name }) => name));
  const late = (await moduleClosure(modules, lateModules)).filter(({ name }) => !there.has(name));
  for (const [when, list] of Object.entries({ early, late })) {
    await mkdir(join(folder, 'modules', when), { recursive: true });
    for (const [number, { name, content }] of list.entries()) {
      await writeFile(
        join(folder, 'modules', when, `${String(number).padStart(3, '0')}-${name}.ko`),
        content,
      );
    }
  }
  await rm(all, { recursive: true });
}

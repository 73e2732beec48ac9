import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { execaSync } from 'execa';
import { pack } from 'tar-stream';
import { SigningKey } from './debian-repository.ts';
import { type Answer, bytes, type LoopbackServer } from './loopback-server.ts';
import { storedZstd } from './stored-zstd.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { UsignKey } from './usign-key.ts';

/** A small mirror of OpenWrt's releases, with keys of its own and a stand-in for the ImageBuilder. */
export const testRelease = { version: '24.10.9', target: 'testing/small', profile: 'small_board' } as const;
export const testFolder = `releases/${testRelease.version}/targets/${testRelease.target}`;
export const testImageBuilder = `openwrt-imagebuilder-${testRelease.version}-testing-small.Linux-x86_64.tar.zst`;

const fixture = join(import.meta.dirname, '../fixtures/openwrt/imagebuilder');

/** The two keys of a release, in files as a person would give them. */
export class ReleaseKeys {
  readonly gpg = new SigningKey();
  readonly usign = new UsignKey();

  /** What the environment says of the mirror and its keys. */
  environment(address: string): Record<string, string> {
    const folder = mkdtempSync(join(temporaryFolder('openwrt-keys'), 'keys-'));
    const [gpg, usign] = [join(folder, 'release.asc'), join(folder, 'release.pub')];
    writeFileSync(gpg, this.gpg.armoured());
    writeFileSync(usign, this.usign.publicKey);
    return {
      BOARDSMITH_OPENWRT_MIRROR: `${address}/openwrt`,
      BOARDSMITH_OPENWRT_GPG_KEY: gpg,
      BOARDSMITH_OPENWRT_GPG_FINGERPRINT: this.gpg.fingerprint,
      BOARDSMITH_OPENWRT_USIGN_KEY: usign,
    };
  }

  close(): void {
    this.gpg.close();
  }
}

export interface MirrorOptions {
  readonly kind?: 'opkg' | 'apk';
  /** How the ImageBuilder is packed: with xz as before 24.10, with zstd if left out. */
  readonly packing?: 'xz';
  /** How the stand-in lies: see stand-in.py. */
  readonly lie?: string;
  /** A program for `staging_dir/host/bin/mksquashfs4`; without it no image can be made. */
  readonly mksquashfs?: string;
  /** Another for `staging_dir/host/bin/mke2fs`; without it there are no images with ext4. */
  readonly mke2fs?: string;
  /** Changes the list before it is signed. */
  readonly sums?: (text: string) => string;
  /** Takes the place of what the mirror answers, by the path's last part; after signing. */
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly signUsign?: (sums: Buffer) => string;
  readonly signGpg?: (sums: Buffer) => Buffer;
  readonly profiles?: unknown;
  /** Adds lines to the ImageBuilder's list of feeds. */
  readonly feeds?: string;
  /** Version of the packages. */
  readonly packageVersion?: string;
}

/** Serves the release below `/openwrt`. @returns hash of its `sha256sums` */
export async function serveRelease(
  server: LoopbackServer,
  keys: ReleaseKeys,
  options: MirrorOptions = {},
): Promise<string> {
  const profiles = options.profiles ?? {
    version_number: testRelease.version,
    target: testRelease.target,
    profiles: { small_board: {}, small_board_v2: {} },
  };
  const files: Record<string, Buffer> = {
    [options.packing === 'xz' ? testImageBuilder.replace(/zst$/, 'xz') : testImageBuilder]:
      await imageBuilder(options),
    'profiles.json': Buffer.from(JSON.stringify(profiles)),
  };
  const lines = Object.entries(files).map(([name, content]) => `${sha256(content)} *${name}\n`);
  const text = [...lines, `${sha256('x')} *openwrt-${testRelease.version}-kernel.bin\n`].join('');
  const sums = Buffer.from(options.sums?.(text) ?? text);
  const all: Record<string, Buffer | string> = {
    ...files,
    sha256sums: sums,
    'sha256sums.sig': options.signUsign?.(sums) ?? keys.usign.sign(sums),
    'sha256sums.asc': options.signGpg?.(sums) ?? keys.gpg.signDetached(sums),
  };
  for (const [name, content] of Object.entries(all)) {
    server.serve(`/openwrt/${testFolder}/${name}`, options.answers?.[name] ?? bytes(content));
  }
  servePackages(server, options);
  return sha256(sums);
}

const feedPaths = {
  core: `${testFolder}/packages`,
  base: `releases/${testRelease.version}/packages/small_cpu/base`,
};
const packages: Readonly<Record<keyof typeof feedPaths, readonly (readonly [string, string])[]>> = {
  core: [
    ['base-files', ''],
    ['kmod-nft-arp', ''],
    ['kmod-nft-connlimit', ''],
    ['libnftnl11', ''],
  ],
  base: [
    ['dnsmasq', ''],
    ['dropbear', ''],
    ['firewall4', 'nftables'],
    ['nftables', 'libnftnl11'],
    ['ppp', ''],
    ['ppp-mod-pppoe', 'ppp'],
    ['unasked', ''],
  ],
};

function servePackages(server: LoopbackServer, options: MirrorOptions): void {
  const [ending, index] = options.kind === 'apk' ? ['apk', 'packages.adb'] : ['ipk', 'Packages'];
  const version = options.packageVersion ?? '1-r1';
  for (const [feed, path] of Object.entries(feedPaths) as [keyof typeof feedPaths, string][]) {
    const paragraphs = packages[feed].map(([name, depends]) => {
      const content = `${name} ${version}\n`;
      const file = `${name}_${version}.${ending}`;
      server.serve(`/openwrt/${path}/${file}`, options.answers?.[file] ?? bytes(content));
      const fields = [`Package: ${name}`, `Version: ${version}`, `Filename: ${file}`];
      if (depends !== '') fields.push(`Depends: ${depends}`);
      return [...fields, `SHA256sum: ${sha256(content)}`].join('\n');
    });
    server.serve(`/openwrt/${path}/${index}`, bytes(`${paragraphs.join('\n\n')}\n`));
  }
}

async function imageBuilder(options: MirrorOptions): Promise<Buffer> {
  const feeds = Object.entries(feedPaths).map(([name, path]) => ({
    name,
    address: `https://downloads.openwrt.org/${path}`,
  }));
  const list =
    options.kind === 'apk'
      ? [...feeds.map(({ address }) => `${address}/packages.adb`), 'packages/packages.adb']
      : [
          ...feeds.map(({ name, address }) => `src/gz openwrt_${name} ${address}`),
          'src imagebuilder file:packages',
        ];
  const comment = '# src/gz custom https://example.org/custom';
  const release = { version: testRelease.version, target: testRelease.target, lie: options.lie };
  const top = testImageBuilder.replace('.tar.zst', '');
  const tar = pack();
  const add = (name: string, content: string | Buffer, mode = 0o644): void => {
    tar.entry({ name: `${top}/${name}`, mode, mtime: new Date(0) }, content);
  };
  add('Makefile', readFileSync(join(fixture, 'Makefile')));
  add('stand-in.py', readFileSync(join(fixture, 'stand-in.py')));
  add('stand-in.json', JSON.stringify(release));
  const name = options.kind === 'apk' ? 'repositories' : 'repositories.conf';
  add(name, `${[comment, ...list, options.feeds ?? ''].join('\n')}\n`);
  if (options.mksquashfs !== undefined) add('staging_dir/host/bin/mksquashfs4', options.mksquashfs, 0o755);
  if (options.mke2fs !== undefined) add('staging_dir/host/bin/mke2fs', options.mke2fs, 0o755);
  tar.finalize();
  const packed = await buffer(tar);
  if (options.packing === undefined) return storedZstd(packed);
  const xz = execaSync(
    'python3',
    ['-c', 'import lzma, sys; sys.stdout.buffer.write(lzma.compress(sys.stdin.buffer.read()))'],
    {
      input: packed,
      encoding: 'buffer',
    },
  );
  return Buffer.from(xz.stdout);
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

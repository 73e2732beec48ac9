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
/** Which release a mirror has, if not the one above. */
export interface MirroredRelease {
  readonly version: string;
  readonly target: string;
  readonly profile: string;
}

const folderOf = ({ version, target }: MirroredRelease): string => `releases/${version}/targets/${target}`;
const imageBuilderOf = ({ version, target }: MirroredRelease): string =>
  `openwrt-imagebuilder-${version}-${target.replace('/', '-')}.Linux-x86_64.tar.zst`;

export const testFolder = folderOf(testRelease);
export const testImageBuilder = imageBuilderOf(testRelease);

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
  readonly release?: MirroredRelease;
  /** What of an image boots, by its name below `staging_dir/image`: then the stand-in makes disks with a GPT and an EFI partition. */
  readonly boot?: Readonly<Record<string, Buffer>>;
  /** Files that a package brings, as a tar packed with gzip, by its name; others bring none. */
  readonly contents?: Readonly<Record<string, Buffer>>;
  readonly kind?: 'opkg' | 'apk';
  /** How the ImageBuilder is packed: with xz as before 24.10, with zstd if left out. */
  readonly packing?: 'xz';
  /** How the stand-in lies: see stand-in.py. */
  readonly lie?: string;
  /** A program for `staging_dir/host/bin/mksquashfs4`; without it no image can be made. */
  readonly mksquashfs?: string;
  /** Another for `staging_dir/host/bin/mke2fs`; without it there are no images with ext4. */
  readonly mke2fs?: string;
  /** Others that lie beside them, by their names. */
  readonly programs?: Readonly<Record<string, string>>;
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
  const { release = testRelease } = options;
  const folder = folderOf(release);
  const profiles = options.profiles ?? {
    version_number: release.version,
    target: release.target,
    profiles: { [release.profile]: {}, [`${release.profile}_v2`]: {} },
  };
  const archive = imageBuilderOf(release);
  const files: Record<string, Buffer> = {
    [options.packing === 'xz' ? archive.replace(/zst$/, 'xz') : archive]: await imageBuilder(options),
    'profiles.json': Buffer.from(JSON.stringify(profiles)),
  };
  const lines = Object.entries(files).map(([name, content]) => `${sha256(content)} *${name}\n`);
  const text = [...lines, `${sha256('x')} *openwrt-${release.version}-kernel.bin\n`].join('');
  const sums = Buffer.from(options.sums?.(text) ?? text);
  const all: Record<string, Buffer | string> = {
    ...files,
    sha256sums: sums,
    'sha256sums.sig': options.signUsign?.(sums) ?? keys.usign.sign(sums),
    'sha256sums.asc': options.signGpg?.(sums) ?? keys.gpg.signDetached(sums),
  };
  for (const [name, content] of Object.entries(all)) {
    server.serve(`/openwrt/${folder}/${name}`, options.answers?.[name] ?? bytes(content));
  }
  servePackages(server, options);
  return sha256(sums);
}

type Feed = 'core' | 'base';

function feedPaths({ release = testRelease }: MirrorOptions): Record<Feed, string> {
  return {
    core: `${folderOf(release)}/packages`,
    base: `releases/${release.version}/packages/small_cpu/base`,
  };
}

const packages: Readonly<Record<Feed, readonly (readonly [string, string])[]>> = {
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
  for (const [feed, path] of Object.entries(feedPaths(options)) as [Feed, string][]) {
    const paragraphs = packages[feed].map(([name, depends]) => {
      const content = options.contents?.[name] ?? `${name} ${version}\n`;
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
  const feeds = Object.entries(feedPaths(options)).map(([name, path]) => ({
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
  const { version, target } = options.release ?? testRelease;
  const release = { version, target, lie: options.lie };
  const top = imageBuilderOf(options.release ?? testRelease).replace('.tar.zst', '');
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
  for (const [program, text] of Object.entries(options.programs ?? {}))
    add(`staging_dir/host/bin/${program}`, text, 0o755);
  for (const [file, content] of Object.entries(options.boot ?? {})) add(`staging_dir/image/${file}`, content);
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

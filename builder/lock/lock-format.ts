/**
 * boardsmith.lock: every input of a build, pinned by sha256.
 *
 * A build asks for inputs with requests (what a recipe, a board, a runtime or a tool needs, by name); the lock
 * answers each request with entries (exact files). `boardsmith lock` resolves requests; a build only looks them up.
 */
export interface Lock {
  readonly lockVersion: 1;
  /** YYYY-MM-DD of the last locking: time stamp of every file in an image, and the floor of a board's clock. */
  readonly date: string;
  /** Request id → entry ids, for what does not depend on the build machine. Sorted. */
  readonly requests: Readonly<Record<string, readonly string[]>>;
  /** The same by the architecture of the build machine. */
  readonly hostRequests: Readonly<
    Partial<Record<HostArchitecture, Readonly<Record<string, readonly string[]>>>>
  >;
  /** Entry id → entry. Sorted. */
  readonly entries: Readonly<Record<string, LockEntry>>;
  /** Id of an `npm-tree` or `npm-lockfile` request → where each package lies. Sorted by path; left out where there are none. */
  readonly trees?: Readonly<Record<string, readonly PackagePlace[]>>;
}

/** One package of an npm tree. */
export interface PackagePlace {
  /** Folder to unpack the tarball's `package/` into: `node_modules/a/node_modules/b`. */
  readonly path: string;
  /** Entry id. */
  readonly entry: string;
}

/** An entry with its id: what a request is answered with. */
export interface LockedInput {
  readonly id: string;
  readonly entry: LockEntry;
}

/** Architectures of build machines that Boardsmith runs on. */
export type HostArchitecture = 'x86_64';

export type LockEntry = DebianEntry | DebianSourceEntry | NpmLockEntry | PypiEntry | OpenwrtEntry;

interface PinnedFile {
  readonly name: string;
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Id: `debian:ARCH/NAME@VERSION`. */
export interface DebianEntry extends PinnedFile {
  readonly kind: 'debian';
  readonly suite: string;
  readonly architecture: 'amd64' | 'arm64' | 'all';
  /** Below the mirror's root: `pool/main/m/musl/musl_1.2.5-3_arm64.deb`. */
  readonly path: string;
}

/** A tarball of a source package. Id: `debian-source:FILE`. */
export interface DebianSourceEntry extends PinnedFile {
  readonly kind: 'debian-source';
  readonly suite: string;
  /** Below the mirror's root: `pool/main/u/u-boot/u-boot_2025.01.orig.tar.xz`. */
  readonly path: string;
}

/** Id: `npm:NAME@VERSION`. */
export interface NpmLockEntry extends PinnedFile {
  readonly kind: 'npm';
  /** The registry's own integrity (sha512-…), checked when locking. */
  readonly integrity: string;
}

/** Id: `pypi:FILE`. */
export interface PypiEntry extends PinnedFile {
  readonly kind: 'pypi';
  /** Name of the wheel. */
  readonly file: string;
  /** What pip calls --platform. */
  readonly platform: string;
}

/** A file of an OpenWrt release: its checksums with their signatures, its ImageBuilder, an index, a package. Id: `openwrt:PATH`. */
export interface OpenwrtEntry extends PinnedFile {
  readonly kind: 'openwrt';
  /** Below the mirror's root: `releases/25.12.5/targets/armsr/armv8/sha256sums`. */
  readonly path: string;
  /** Of `sha256sums` alone: what had signed it when it was locked. */
  readonly signedBy?: OpenwrtSigners;
}

export interface OpenwrtSigners {
  /** Fingerprint of the primary OpenPGP key, 40 upper-case hex digits. */
  readonly gpg: string;
  /** The usign public key as its file's second line writes it: base64 of 42 bytes. */
  readonly usign: string;
}

/** What a build needs, by name. `host`: the answer depends on the build machine's architecture. */
export type InputRequest =
  | {
      readonly kind: 'debian';
      readonly package: string;
      readonly architecture: 'amd64' | 'arm64';
      readonly closure: boolean;
      readonly host: boolean;
    }
  /** The tarballs of a source package. */
  | { readonly kind: 'debian-source'; readonly package: string; readonly host: false }
  | {
      readonly kind: 'pypi';
      readonly name: string;
      readonly version: string;
      readonly platform: string;
      readonly host: boolean;
    }
  /** One tarball. */
  | { readonly kind: 'npm'; readonly name: string; readonly version: string; readonly host: boolean }
  /** A published package with all that it depends on. */
  | { readonly kind: 'npm-tree'; readonly name: string; readonly version: string; readonly host: false }
  /** Everything that a recipe's package-lock.json names; `file` is read only when locking. */
  | { readonly kind: 'npm-lockfile'; readonly sha256: string; readonly file: string; readonly host: false }
  /** An OpenWrt release's ImageBuilder with every index and package that it takes for an image. Made by `openwrtRequest`. */
  | {
      readonly kind: 'openwrt';
      /** `25.12.5`. */
      readonly version: string;
      /** Target and subtarget: `armsr/armv8`. */
      readonly target: string;
      readonly profile: string;
      /** Names to add to the profile's own packages, or with a `-` before them to leave out; sorted. */
      readonly packages: readonly string[];
      readonly host: false;
    };

/**
 * The request's id in the lock: `debian:arm64:musl`, `debian:amd64:squashfs-tools+closure`, `debian-source:u-boot`,
 * `pypi:ziglang==0.17.1:manylinux_2_12_x86_64`, `npm:NAME@VERSION`, `npm-tree:NAME@VERSION`, `npm-lockfile:SHA256`,
 * `openwrt:25.12.5:armsr/armv8:generic:-dropbear,firewall4`.
 */
export function requestId(request: InputRequest): string {
  switch (request.kind) {
    case 'debian':
      return `debian:${request.architecture}:${request.package}${request.closure ? '+closure' : ''}`;
    case 'debian-source':
      return `debian-source:${request.package}`;
    case 'pypi':
      return `pypi:${request.name}==${request.version}:${request.platform}`;
    case 'npm':
    case 'npm-tree':
      return `${request.kind}:${request.name}@${request.version}`;
    case 'npm-lockfile':
      return `npm-lockfile:${request.sha256}`;
    case 'openwrt':
      return `openwrt:${request.version}:${request.target}:${request.profile}:${request.packages.join(',')}`;
  }
}

/** The id under which an entry stands in the lock. */
export function entryId(entry: LockEntry): string {
  switch (entry.kind) {
    case 'debian':
      return `debian:${entry.architecture}/${entry.name}@${entry.version}`;
    case 'debian-source':
      return `debian-source:${entry.path.replace(/^.*\//, '')}`;
    case 'npm':
      return `npm:${entry.name}@${entry.version}`;
    case 'pypi':
      return `pypi:${entry.file}`;
    case 'openwrt':
      return `openwrt:${entry.path}`;
  }
}

import type { InputRequest } from '../lock/lock-format.ts';

/** A tool that shapes bytes of an image: an input like any other, pinned in the lock and run from where it is unpacked. */
export interface Tool {
  /** Programs that are used, as `packagedTool` wants them; for a wheel or an npm package their path in it. */
  readonly programs: readonly string[];
  readonly packing: 'deb' | 'wheel' | 'npm';
  /** What to lock; the answers to all of them are unpacked into one folder. */
  readonly requests: readonly InputRequest[];
}

/** Tools by what they are for. The programs of one entry work together in one folder. */
export const tools = {
  squashfs: { programs: ['sqfstar', 'unsquashfs'], packing: 'deb', requests: [debian('squashfs-tools')] },
  ext4: {
    programs: ['mke2fs', 'e2fsck', 'dumpe2fs', 'debugfs'],
    packing: 'deb',
    // mke2fs opens libarchive only when it reads a tar, so its package does not depend on it.
    requests: [debian('e2fsprogs'), debian('libarchive13t64')],
  },
  fat: {
    programs: ['mkfs.fat', 'fsck.fat', 'mcopy', 'mmd', 'mdir'],
    packing: 'deb',
    requests: [debian('dosfstools'), debian('mtools')],
  },
  /** Puts Debian's patches into sources. */
  patch: { programs: ['patch'], packing: 'deb', requests: [debian('patch')] },
  zstd: { programs: ['zstd'], packing: 'deb', requests: [debian('zstd')] },
  xz: { programs: ['xz'], packing: 'deb', requests: [debian('xz-utils')] },
  binutils: {
    programs: ['aarch64-linux-gnu-strip', 'aarch64-linux-gnu-objcopy', 'aarch64-linux-gnu-readelf'],
    packing: 'deb',
    requests: [debian('binutils-aarch64-linux-gnu')],
  },
  /** What runtimes for the build machine, which come from npm, are linked against. */
  hostLibraries: { programs: [], packing: 'deb', requests: [debian('libstdc++6')] },
  esbuild: {
    programs: ['package/bin/esbuild'],
    packing: 'npm',
    requests: [{ kind: 'npm', name: '@esbuild/linux-x64', version: '0.28.2', host: true }],
  },
  zig: {
    programs: ['ziglang/zig'],
    packing: 'wheel',
    requests: [
      { kind: 'pypi', name: 'ziglang', version: '0.17.1', platform: 'manylinux_2_12_x86_64', host: true },
    ],
  },
} as const satisfies Readonly<Record<string, Tool>>;

export type ToolName = keyof typeof tools;

function debian(name: string): InputRequest {
  return { kind: 'debian', package: name, architecture: 'amd64', closure: true, host: true };
}

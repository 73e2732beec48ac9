import type { InputRequest } from '../lock/lock-format.ts';

/** What U-Boot needs besides compilers: its sources are a .bz2 with patches, and binman packs it, a Python program. */
const packages = [
  'bzip2',
  'device-tree-compiler',
  'patch',
  'python3',
  'python3-libfdt',
  'python3-pkg-resources',
  'python3-pyelftools',
  'tar',
  'xz-utils',
] as const;

export const ubootToolRequests: readonly InputRequest[] = packages.map((name) => ({
  kind: 'debian',
  package: name,
  architecture: 'amd64',
  closure: true,
  host: true,
}));

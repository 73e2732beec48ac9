import type { InputRequest } from '../lock/lock-format.ts';

/** What kernels are compiled with: Debian packages for the build machine, unpacked with all that they depend on. */
const packages = [
  'bash',
  'bc',
  'bison',
  'ccache',
  'coreutils',
  'diffutils',
  'findutils',
  'flex',
  'gcc-14-aarch64-linux-gnu',
  'gcc-14-x86-64-linux-gnu',
  'grep',
  'gzip',
  'libc6-dev',
  'm4',
  'make',
  'mawk',
  'perl-base',
  'sed',
] as const;

/** What the lock must answer before anything is compiled from source. */
export const compilerRequests: readonly InputRequest[] = packages.map((name) => ({
  kind: 'debian',
  package: name,
  architecture: 'amd64',
  closure: true,
  host: true,
}));

import type { RuntimeFile } from './runtime.ts';

/** musl's library, which is the loader too, in Debian's package. */
export const muslLibrary = 'usr/lib/aarch64-linux-musl/libc.so';
export const loaderPath = '/lib/ld-musl-aarch64.so.1';
const origin = 'debian:musl';

/**
 * musl in a root. The second is the name by which programs built on Alpine ask for it. musl takes it for itself without looking; tools that
 * list libraries do look.
 */
export const muslFiles: readonly RuntimeFile[] = [
  { path: loaderPath, origin },
  { path: '/usr/lib/libc.musl-aarch64.so.1', origin, link: loaderPath },
];

/** musl as a request to the lock. */
export const muslRequest = {
  kind: 'debian',
  package: 'musl',
  architecture: 'arm64',
  closure: false,
  host: false,
} as const;

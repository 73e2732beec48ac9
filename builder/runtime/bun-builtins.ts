import { nodeBuiltins } from './node-builtins.ts';

/** What Bun has beyond Node, for daemons that are for Bun alone. (`bun:test`, `undici` and `ws` are there too, but no daemon's bundle asks for them.) */
export const bunOwnModules: readonly string[] = ['bun', 'bun:ffi', 'bun:jsc', 'bun:sqlite'];

/** Modules of Node that Bun 1.4.5 does not have; a test holds both lists to the pinned Bun. */
export const missingInBun: ReadonlySet<string> = new Set(['node:sea', 'node:test', 'node:test/reporters']);

export const bunBuiltins: ReadonlySet<string> = new Set([
  ...[...nodeBuiltins].filter((name) => !missingInBun.has(name)),
  ...bunOwnModules,
]);

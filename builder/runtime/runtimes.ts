import type { RuntimeName } from '../recipe/runtime-name.ts';
import { bunRuntime } from './bun-runtime.ts';
import { nodeRuntime } from './node-runtime.ts';
import type { Runtime } from './runtime.ts';

/** Every runtime by the name that recipes give it. */
export const runtimes: Readonly<Record<RuntimeName, Runtime>> = {
  node: nodeRuntime,
  bun: bunRuntime,
};

import type { RuntimeName } from '../runtime-name.ts';
import { bunCalls } from './bun-calls.ts';
import type { CallGroup } from './call-group.ts';
import { nodeCalls } from './node-calls.ts';

export const allowedCalls: Readonly<Record<RuntimeName, Readonly<Record<string, CallGroup>>>> = {
  node: nodeCalls,
  bun: bunCalls,
};

/** Every call of a runtime, sorted. */
export function callsOfRuntime(runtime: RuntimeName): string[] {
  return Object.values(allowedCalls[runtime])
    .flatMap(({ calls }) => calls)
    .sort();
}

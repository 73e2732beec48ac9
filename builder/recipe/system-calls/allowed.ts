import type { ProgramKind } from '../runtime-name.ts';
import { bunCalls } from './bun-calls.ts';
import { cCalls } from './c-calls.ts';
import type { CallGroup } from './call-group.ts';
import { nodeCalls } from './node-calls.ts';

export const allowedCalls: Readonly<Record<ProgramKind, Readonly<Record<string, CallGroup>>>> = {
  node: nodeCalls,
  bun: bunCalls,
  c: cCalls,
};

/** Every call of a runtime, sorted. */
export function callsOfRuntime(runtime: ProgramKind): string[] {
  return Object.values(allowedCalls[runtime])
    .flatMap(({ calls }) => calls)
    .sort();
}

import { join } from 'node:path';
import type { InputRequest } from '../lock/lock-format.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { ToolSteps } from './plan-tools.ts';
import { snapshotSources } from './source-snapshot.ts';
import type { StepInput } from './step.ts';

export interface BuildContext {
  readonly builder: PlanBuilder;
  readonly locked: Locked;
  readonly tools: ToolSteps;
}

/** Compilers, make, a shell and its tools. Equal for all that is compiled for the same purpose. @param purpose `kernel`, `u-boot` */
export function planBuildEnvironment(
  { builder, locked, tools }: BuildContext,
  purpose: string,
  requests: readonly InputRequest[],
): StepInput {
  const label = 'builder/compile/sources';
  return builder.add({
    id: `build-environment:${purpose}`,
    kind: 'build-environment',
    title: `unpack compilers for ${purpose}`,
    parameters: {},
    inputs: {
      packages: locked(...requests),
      zig: tools.zig,
      sources: snapshotSources(join(import.meta.dirname, '../compile/sources'), label, () => true),
    },
  });
}

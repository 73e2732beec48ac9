import { type Tool, type ToolName, tools } from '../toolchain/tools.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { planUnpacking } from './plan-unpacking.ts';
import type { StepInput } from './step.ts';

/** Links to the unpacked tools that later steps run. */
export type ToolSteps = Readonly<Record<ToolName, StepInput>>;

/** Steps that unpack what shapes bytes: file-system makers, compilers, the bundler. None runs unless something needs it. */
export function planTools(builder: PlanBuilder, locked: Locked): ToolSteps {
  return Object.fromEntries(
    Object.entries<Tool>(tools).map(([name, { packing, requests }]) => {
      const title = packing === 'deb' ? `tools for ${name}` : name;
      return [name, planUnpacking(builder, { name, title, packing, files: locked(...requests) })];
    }),
  ) as ToolSteps;
}

import { nodeRuntime } from '../runtime/node-runtime.ts';
import { type Tool, type ToolName, tools } from '../toolchain/tools.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { StepInput } from './step.ts';

/** Links to the unpacked tools that later steps run. */
export type ToolSteps = Readonly<Record<ToolName | 'esbuild' | 'nodeHost' | 'nodeBase', StepInput>>;

/** Steps that unpack what shapes bytes: file-system makers, compilers, the runtime. None runs unless something needs it. */
export function planTools(builder: PlanBuilder, locked: Locked): ToolSteps {
  const unpacked = Object.fromEntries(
    Object.entries<Tool>(tools).map(([name, tool]) => [name, planTool(builder, locked, name, tool)]),
  ) as Record<ToolName, StepInput>;
  const { requests } = nodeRuntime;
  const musl = builder.add({
    id: 'unpack:musl',
    kind: 'unpack-debian',
    title: 'unpack musl',
    parameters: {},
    inputs: { packages: locked(requests.musl) },
  });
  const nodeHost = planNpmTarball(builder, 'node for this machine', locked(requests.hostNode));
  return {
    ...unpacked,
    esbuild: planNpmTarball(builder, 'esbuild', locked(requests.esbuild)),
    nodeHost,
    nodeBase: builder.add({
      id: 'node-base',
      kind: 'node-base',
      title: 'strip Node for musl',
      parameters: {},
      inputs: {
        wheel: planWheel(builder, 'node for boards', locked(requests.targetNode)),
        musl,
        binutils: unpacked.binutils,
        nodeHost,
      },
    }),
  };
}

function planTool(builder: PlanBuilder, locked: Locked, name: string, tool: Tool): StepInput {
  if (tool.packing === 'wheel') return planWheel(builder, name, locked(...tool.requests));
  return builder.add({
    id: `unpack:${name}`,
    kind: 'unpack-debian',
    title: `unpack tools for ${name}`,
    parameters: {},
    inputs: { packages: locked(...tool.requests) },
  });
}

function planWheel(builder: PlanBuilder, name: string, wheel: StepInput): StepInput {
  return builder.add({
    id: `unpack:${name.replaceAll(' ', '-')}`,
    kind: 'unpack-wheel',
    title: `unpack ${name}`,
    parameters: {},
    inputs: { wheel },
  });
}

function planNpmTarball(builder: PlanBuilder, name: string, tarball: StepInput): StepInput {
  return builder.add({
    id: `unpack:${name.replaceAll(' ', '-')}`,
    kind: 'unpack-npm',
    title: `unpack ${name}`,
    parameters: {},
    inputs: { tarball },
  });
}

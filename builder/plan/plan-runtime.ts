import type { InputRequest } from '../lock/lock-format.ts';
import type { RuntimeName } from '../recipe/runtime-name.ts';
import type { RuntimeStep } from '../runtime/runtime.ts';
import { runtimes } from '../runtime/runtimes.ts';
import type { Locked } from './locked-input.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { ToolSteps } from './plan-tools.ts';
import { planUnpacking } from './plan-unpacking.ts';
import type { StepInput } from './step.ts';

/** Links to what a daemon's program is made of and with. */
export interface RuntimeSteps {
  readonly base: StepInput;
  /** Inputs of the step that makes a program, besides `base` and the bundle. */
  readonly program: Readonly<Record<string, StepInput>>;
  /** The runtime for the build machine, and the libraries that it runs with. */
  readonly host: StepInput;
  readonly hostLibraries: StepInput;
}

/** Steps that prepare a runtime; all daemons that it runs share them. */
export function planRuntime(
  builder: PlanBuilder,
  locked: Locked,
  tools: ToolSteps,
  name: RuntimeName,
): RuntimeSteps {
  const { parts, base, program, title, host } = runtimes[name];
  const folders: Readonly<Record<string, StepInput>> = {
    ...tools,
    ...Object.fromEntries(
      Object.entries(parts).map(([part, { title, packing, request }]) => [
        part,
        planUnpacking(builder, {
          name: title.replaceAll(' ', '-'),
          title,
          packing,
          files: locked(request),
        }),
      ]),
    ),
  };
  const inputsOf = ({ inputs }: RuntimeStep): Record<string, StepInput> =>
    Object.fromEntries(inputs.map((input) => [input, folders[input]!]));
  return {
    base: builder.add({
      id: base.kind,
      kind: base.kind,
      title: `strip ${title} for musl`,
      parameters: {},
      inputs: inputsOf(base),
    }),
    program: inputsOf(program),
    host: folders[host.part]!,
    hostLibraries: tools[host.libraries],
  };
}

/** What a runtime needs of the registries. */
export function runtimeRequests(name: RuntimeName): InputRequest[] {
  return Object.values(runtimes[name].parts).map(({ request }) => request);
}

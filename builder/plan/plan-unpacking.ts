import type { PlanBuilder } from './plan-builder.ts';
import type { StepInput } from './step.ts';

/** One package, or several that share a folder. */
export interface Unpacking {
  /** Ends the step's id: `node-for-boards`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly packing: 'deb' | 'wheel' | 'npm';
  readonly files: StepInput;
}

/** Kind of step and the name of its input for each packing. */
const kinds = {
  deb: ['unpack-debian', 'packages'],
  wheel: ['unpack-wheel', 'wheel'],
  npm: ['unpack-npm', 'tarball'],
} as const;

/** Adds the step that unpacks locked files into a folder. */
export function planUnpacking(builder: PlanBuilder, { name, title, packing, files }: Unpacking): StepInput {
  const [kind, input] = kinds[packing];
  return builder.add({
    id: `unpack:${name}`,
    kind,
    title: `unpack ${title}`,
    parameters: {},
    inputs: { [input]: files },
  });
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramOptions } from '../runtime/runtime.ts';
import type { StepContext, StepKind } from './step-kind.ts';

/**
 * A step that makes one executable with a runtime. Inputs `bundle`, `base`, and what the runtime takes besides; parameter `memoryLimitMiB`.
 * Output: `program`.
 */
export function programStep(
  kind: string,
  make: (options: ProgramOptions, folder: StepContext['folder']) => Promise<void>,
): StepKind {
  return {
    kind,
    async run({ step, folder, output, scratch, signal }) {
      const options = {
        code: await readFile(join(folder('bundle'), 'daemon.cjs'), 'utf8'),
        base: folder('base'),
        memoryLimitMiB: Number(step.parameters.memoryLimitMiB),
        output: join(output, 'program'),
        scratch,
        signal,
      };
      await make(options, folder);
    },
  };
}

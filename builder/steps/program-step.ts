import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramOptions } from '../runtime/runtime.ts';
import type { StepKind } from './step-kind.ts';

/**
 * A step that makes one executable with a runtime. Inputs `bundle`, `base`, `hostLibraries` and the runtime for this machine; parameter
 * `memoryLimitMiB`. Output: `program`.
 * @param host name of the input that holds the runtime for this machine
 */
export function programStep(
  kind: string,
  host: string,
  make: (options: ProgramOptions) => Promise<void>,
): StepKind {
  return {
    kind,
    async run({ step, folder, output, scratch, signal }) {
      await make({
        code: await readFile(join(folder('bundle'), 'daemon.cjs'), 'utf8'),
        base: folder('base'),
        host: folder(host),
        libraries: folder('hostLibraries'),
        memoryLimitMiB: Number(step.parameters.memoryLimitMiB),
        output: join(output, 'program'),
        scratch,
        signal,
      });
    },
  };
}

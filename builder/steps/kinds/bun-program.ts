import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBunProgram } from '../../runtime/bun-program.ts';
import type { StepKind } from '../step-kind.ts';

/** Inputs `bundle`, `base`, `bunHost`, `hostLibraries`; parameter `memoryLimitMiB`. Output: `program`, one executable. */
export const bunProgram: StepKind = {
  kind: 'bun-program',
  async run({ step, folder, output, scratch, signal }) {
    await makeBunProgram({
      code: await readFile(join(folder('bundle'), 'daemon.cjs'), 'utf8'),
      base: folder('base'),
      host: folder('bunHost'),
      libraries: folder('hostLibraries'),
      memoryLimitMiB: Number(step.parameters.memoryLimitMiB),
      output: join(output, 'program'),
      scratch,
      signal,
    });
  },
};

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeNodeProgram } from '../../runtime/node-program.ts';
import type { StepKind } from '../step-kind.ts';

/** Inputs `bundle`, `base`, `nodeHost`, `hostLibraries`; parameter `memoryLimitMiB`. Output: `program`, one executable. */
export const nodeProgram: StepKind = {
  kind: 'node-program',
  async run({ step, folder, output, scratch, signal }) {
    await makeNodeProgram({
      code: await readFile(join(folder('bundle'), 'daemon.cjs'), 'utf8'),
      base: folder('base'),
      host: folder('nodeHost'),
      libraries: folder('hostLibraries'),
      memoryLimitMiB: Number(step.parameters.memoryLimitMiB),
      output: join(output, 'program'),
      scratch,
      signal,
    });
  },
};

import { makeBunProgram } from '../../runtime/bun-program.ts';
import { programStep } from '../program-step.ts';

/** Takes `bunHost` and `hostLibraries` too. */
export const bunProgram = programStep('bun-program', async (options, folder) => {
  await makeBunProgram({ ...options, host: folder('bunHost'), libraries: folder('hostLibraries') });
});

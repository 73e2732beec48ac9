import { makeBunProgram } from '../../runtime/bun-program.ts';
import { programStep } from '../program-step.ts';

export const bunProgram = programStep('bun-program', 'bunHost', makeBunProgram);

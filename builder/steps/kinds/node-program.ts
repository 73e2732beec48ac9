import { makeNodeProgram } from '../../runtime/node-program.ts';
import { programStep } from '../program-step.ts';

export const nodeProgram = programStep('node-program', makeNodeProgram);

import { builtStep } from '../built-step.ts';

/** Runs the only step of a kind for a board, with its own cache, and prints its output folder: `build-step.ts BOARD KIND CACHE`. */
const [board = '', kind = '', cache = ''] = process.argv.slice(2);
console.log(await builtStep({ board, kind, cache }));

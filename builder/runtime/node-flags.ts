import { BoardsmithError } from '../error/boardsmith-error.ts';

/** What no daemon may undo: they are in the program, and neither its arguments nor NODE_OPTIONS add to them. */
const fixedFlags: readonly string[] = [
  // SIGUSR1 would open the inspector, which runs any code.
  '--disable-sigusr1',
  // eval and new Function throw: text that came from outside cannot become code by them.
  '--disallow-code-generation-from-strings',
  // process.dlopen throws.
  '--no-addons',
  // Object.prototype.__proto__ is not there, so a key of that name in somebody's JSON changes no prototype. `throw` would break
  // classes as Babel writes them, which read it and have a way without.
  '--disable-proto=delete',
  // No $HOME/.node_modules.
  '--no-global-search-paths',
];

/** Measured: an HTTP server that does nothing has 46 MiB resident, of which 5 MiB are heap; the rest is no heap. */
const outsideHeapMiB = 48;
/** The least with which a small daemon starts. */
export const smallestMemoryMiB = 64;

/**
 * The flags of a Node program, so that its heap stays within its memory: V8 then says "heap out of memory" with a trace, where the kernel
 * would only kill. Of what is left beside Node itself, three fifths are for old objects; buffers, which are outside of the heap, and
 * young objects (three semi-spaces, whose own default is up to 64 MiB each) share the rest.
 * @param memoryLimitMiB what the daemon may use
 * @throws BoardsmithError STEP_FAILED if Node cannot run in that
 */
export function nodeFlags(memoryLimitMiB: number): string[] {
  if (memoryLimitMiB < smallestMemoryMiB) {
    throw new BoardsmithError('STEP_FAILED', `Node cannot run in ${memoryLimitMiB} MiB of memory`, {
      hint: `memory: ${smallestMemoryMiB} MiB or more in recipe.yaml`,
    });
  }
  const oldSpace = Math.floor((memoryLimitMiB - outsideHeapMiB) * 0.6);
  // V8 takes powers of two.
  const semiSpace = Math.min(16, 2 ** Math.floor(Math.log2(memoryLimitMiB / 32)));
  return [...fixedFlags, `--max-old-space-size=${oldSpace}`, `--max-semi-space-size=${semiSpace}`];
}

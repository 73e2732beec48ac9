import { BoardsmithError } from '../error/boardsmith-error.ts';

/**
 * Names of the environment by which a compiled program of Bun can still be made to do something else than its daemon: take flags (`--preload`
 * loads code), be the whole Bun, open a debugger, load code into that.
 */
export const steeringNames: readonly string[] = [
  'BUN_OPTIONS',
  'BUN_BE_BUN',
  'BUN_INSPECT',
  'BUN_INSPECT_CONNECT_TO',
  'BUN_INSPECT_PRELOAD',
];

/**
 * Makes Bun deaf to those names: each stands once as a string of its own, and gets a first letter that no name in an environment has. An entry of
 * an environment ends its name at the first `=`, so none begins with one, whoever compares, and whatever else is in it.
 * @param bun the program; changed in place
 * @throws BoardsmithError STEP_FAILED if a name stands elsewhere than once: then it is not known which one is read
 */
export function deafenBun(bun: Buffer): void {
  for (const name of steeringNames) {
    const text = `\0${name}\0`;
    const at = bun.indexOf(text, 0, 'latin1');
    if (at === -1 || bun.includes(text, at + 1, 'latin1')) {
      throw new BoardsmithError(
        'STEP_FAILED',
        `this Bun cannot be made deaf to ${name}: it ${at === -1 ? 'does not hold' : 'holds more than once'} that name`,
        {
          hint: 'pin the Bun that builder/runtime/bun-runtime.ts names, or look how this one reads its environment',
        },
      );
    }
    bun.write('=', at + 1, 'latin1');
  }
}

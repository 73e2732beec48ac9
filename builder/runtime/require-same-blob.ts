import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { nodeFlags } from './node-flags.ts';
import { makeSeaBlob, type SeaOptions } from './sea.ts';
import { seaBlob } from './sea-blob.ts';

/** Programs that differ in all that a blob stores: length of the code, characters of one to four bytes, number of flags. */
const trials: readonly Pick<SeaOptions, 'code' | 'flags'>[] = [
  { code: 'void 0;', flags: ['--no-addons'] },
  { code: `// ${'é€😀\n// '.repeat(10_000)}\nvoid 0;`, flags: nodeFlags(512) },
];

/**
 * Has Node write blobs and compares them with those of `seaBlob`. Done once for a Node, it spares every program a start of that Node.
 * @throws BoardsmithError STEP_FAILED if they differ; and as `makeSeaBlob`
 */
export async function requireSameBlob({
  hostNode,
  scratch,
  signal,
}: Pick<SeaOptions, 'hostNode' | 'scratch' | 'signal'>): Promise<void> {
  for (const [index, trial] of trials.entries()) {
    const folder = join(scratch, `blob-${index}`);
    await mkdir(folder);
    const theirs = await makeSeaBlob({ ...trial, hostNode, scratch: folder, signal });
    if (theirs.equals(seaBlob(trial.code, trial.flags))) continue;
    throw new BoardsmithError('STEP_FAILED', 'this Node stores programs in another way than is known', {
      hint: 'lock the Node of builder/runtime/node-wheel.ts, or write what src/node_sea.cc of this one does: builder/runtime/sea-blob.ts',
    });
  }
}

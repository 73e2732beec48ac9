import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { StepInput } from '../plan/step.ts';
import { displayPath } from '../recipe/problem.ts';

/**
 * Copies a source input's files into a folder of the step's own, each only if it still holds the bytes that the step's key was computed
 * from. A person may save a file while a build runs: what a step reads must be what its key says.
 * @param folder made if it is not there
 * @throws BoardsmithError FILE_UNUSABLE if a file changed, or is gone, since the build was planned
 */
export async function copySources(
  input: StepInput & { readonly from: 'source' },
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, sha256 } of input.files) {
    const bytes = await readFile(join(input.root, path)).catch((cause) => {
      throw changed(join(input.root, path), cause);
    });
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw changed(join(input.root, path));
    const copy = join(folder, path);
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, bytes);
  }
}

function changed(file: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${displayPath(file)} changed while it was built`, {
    hint: 'run the same command again; it builds the file as it is now',
    cause,
  });
}

import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from './places.ts';

/** One place of a source file, exactly as it stands there, and what to put in its place. */
export interface Replacement {
  /** Below overlays/: `init/privileges.c`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * A copy of overlays/ that is broken in one thing.
 * @returns the folder that holds the copy, for `overlaysRoot`
 * @throws if the place is not there exactly once: a mutant that changes nothing would prove nothing
 */
export async function overlayMutant(...replacements: readonly Replacement[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'boardsmith-mutant-'));
  await cp(join(checkout, 'overlays'), join(root, 'overlays'), { recursive: true });
  for (const { file, from, to } of replacements) {
    const path = join(root, 'overlays', file);
    const parts = (await readFile(path, 'utf8')).split(from);
    if (parts.length !== 2)
      throw new Error(`${file} holds ${JSON.stringify(from)} ${parts.length - 1} times, not once`);
    await writeFile(path, parts.join(to));
  }
  return root;
}

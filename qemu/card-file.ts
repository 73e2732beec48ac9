import { rename, rm, stat, truncate } from 'node:fs/promises';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import { sparseCopy } from '../builder/steps/sparse-copy.ts';
import type { Card } from './machine-options.ts';

/**
 * A card of one's own: a copy of the image that the guest writes to and that keeps what it wrote. A file that is there already is
 * used as it is, so a unit goes on where it stopped.
 * @param sizeMiB size of the card, at least the image's; null for the image's own. init grows the data partition into it.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function makeCard(
  image: string,
  path: string,
  sizeMiB: number | null,
  signal: AbortSignal,
): Promise<Card> {
  const card: Card = { kind: 'file', path };
  if (await exists(path)) return card;
  const draft = `${path}.${process.pid}.part`;
  try {
    await sparseCopy(image, draft, signal);
    if (sizeMiB !== null) await enlarge(draft, sizeMiB);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    if (cause instanceof BoardsmithError) throw cause;
    if (signal.aborted)
      throw new BoardsmithError('INTERRUPTED', 'stopped while copying the image', { cause });
    throw new BoardsmithError('FILE_UNUSABLE', `cannot make the card ${path}`, {
      cause,
      hint: 'name another file for the card',
    });
  }
  return card;
}

async function enlarge(file: string, sizeMiB: number): Promise<void> {
  const bytes = sizeMiB * 1024 * 1024;
  const { size } = await stat(file);
  if (bytes < size) {
    const smallest = Math.ceil(size / 1024 / 1024);
    throw new BoardsmithError('FILE_UNUSABLE', `a card of ${sizeMiB} MiB is smaller than the image`, {
      hint: `give it ${smallest} MiB or more`,
    });
  }
  await truncate(file, bytes);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

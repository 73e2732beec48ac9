import { join } from 'node:path';
import { ensureOrRenew } from '../lock/ensure-or-renew.ts';
import { hostArchitecture } from '../lock/host-architecture.ts';
import { InputStore } from '../lock/input-store.ts';
import { inputRequests } from '../plan/input-requests.ts';
import type { Selection } from './image-selection.ts';
import type { Terminal } from './terminal.ts';

/**
 * A lock all of whose inputs can be had: the checkout's, or, if a pin has vanished from its registry, a private one in the cache in which
 * just that pin is renewed. For somebody who wants to see Boardsmith work; a build stops at a vanished pin instead.
 * @returns path of the lock to use
 */
export async function usableLock(
  terminal: Terminal,
  { recipes, boards }: Pick<Selection, 'recipes' | 'boards'>,
  lockFile: string,
  cache: string,
): Promise<string> {
  const { file, notice } = await ensureOrRenew(
    lockFile,
    new InputStore(cache, { network: true }),
    inputRequests(recipes, boards),
    join(cache, 'newcomer', 'boardsmith.lock'),
    {
      hostArchitecture: hostArchitecture(),
      now: new Date(),
      signal: terminal.signal,
      progress: (line) => terminal.note(`  ${line}`),
    },
  );
  if (notice !== null) terminal.note(notice);
  return file;
}

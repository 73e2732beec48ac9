import { join } from 'node:path';
import { ensureOrRenew } from '../lock/ensure-or-renew.ts';
import { hostArchitecture } from '../lock/host-architecture.ts';
import { InputStore } from '../lock/input-store.ts';
import { inputRequests } from '../plan/input-requests.ts';
import type { Selection } from './image-selection.ts';
import { buildProgress } from './progress/build-progress.ts';
import type { Terminal } from './terminal.ts';

/**
 * A lock all of whose inputs can be had: the checkout's, or, if a pin has vanished from its registry, a private one in the cache in which
 * just that pin is renewed. For somebody who wants to see Boardsmith work; a build stops at a vanished pin instead.
 * Shows what is fetched.
 * @returns path of the lock to use
 */
export async function usableLock(
  terminal: Terminal,
  { recipes, boards }: Pick<Selection, 'recipes' | 'boards'>,
  lockFile: string,
  { cache, json }: { readonly cache: string; readonly json: boolean },
): Promise<string> {
  const store = new InputStore(cache, { network: true });
  const { signal } = terminal;
  const privateLock = join(cache, 'newcomer', 'boardsmith.lock');
  const { file, notice } = await ensureOrRenew(lockFile, store, inputRequests(recipes, boards), privateLock, {
    hostArchitecture: hostArchitecture(),
    now: new Date(),
    signal,
    progress: (line) => {
      if (!json) terminal.note(`  ${line}`);
    },
    bring: async (inputs) => {
      const fetches = await store.absent(inputs);
      const shown = buildProgress({ steps: [], fetches, most: 0 }, terminal, json);
      try {
        await store.ensure(inputs, { signal, onFetch: shown.observe });
      } finally {
        await shown.finish();
      }
    },
  });
  if (notice !== null && json) terminal.out(JSON.stringify({ event: 'renewed', lock: file, notice }));
  else if (notice !== null) terminal.note(notice);
  return file;
}

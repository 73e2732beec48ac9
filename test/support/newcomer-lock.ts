import { basename, join } from 'node:path';
import { ensureOrRenew, type UsableLock } from '../../builder/lock/ensure-or-renew.ts';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import type { InputRequest } from '../../builder/lock/lock-format.ts';
import { inputRequests } from '../../builder/plan/input-requests.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import { checkout, testCache } from './places.ts';

/** Where renewed pins are kept: suites that run at the same time (test/run.ts) have a place each, and do not undo what the other renews. */
const renewed = join(testCache, 'test', process.env.BOARDSMITH_TEST_LANE ?? '', 'boardsmith.lock');

/** A lock for recipes of this checkout with which the tests can go on when a pin has vanished. @returns its path */
export async function newcomerLock(names: readonly string[]): Promise<string> {
  const board = await loadBoard(join(checkout, 'recipes/boards/qemu-virt.yaml'));
  const recipes = await Promise.all(names.map((name) => loadRecipe(join(checkout, 'recipes', name))));
  return (await usableTestLock(inputRequests(recipes, [board]))).file;
}

/** The same for requests; their inputs are in the test cache then. Says so in one line if a pin was renewed. @param lockFile where else they are pinned */
export async function usableTestLock(
  requests: readonly InputRequest[],
  lockFile = join(checkout, 'boardsmith.lock'),
): Promise<UsableLock> {
  const usable = await ensureOrRenew(
    lockFile,
    new InputStore(testCache, { network: true }),
    requests,
    lockFile === join(checkout, 'boardsmith.lock') ? renewed : `${renewed}.${basename(lockFile)}`,
    {
      signal: new AbortController().signal,
      progress: () => {},
      hostArchitecture: hostArchitecture(),
      now: new Date(),
    },
  );
  if (usable.notice !== null) console.log(`NOTE ${usable.notice}`);
  return usable;
}

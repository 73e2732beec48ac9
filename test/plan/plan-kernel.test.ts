import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { builderVersion } from '../../builder/cli/workspace.ts';
import { readLock } from '../../builder/lock/read-lock.ts';
import { canonicalJson } from '../../builder/plan/canonical-json.ts';
import { inputRequests } from '../../builder/plan/input-requests.ts';
import { planImages } from '../../builder/plan/plan-images.ts';
import type { Plan } from '../../builder/plan/step.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import { stepImplementations } from '../../builder/steps/all-kinds.ts';
import { checkout } from '../support/places.ts';

const test = suite('the plan of a kernel that is built from source');

const recipe = await loadRecipe(join(checkout, 'test/appliances/plain'));
const board = await loadBoard(join(checkout, 'recipes/boards/qemu-virt-hardened.yaml'));
const packaged = await loadBoard(join(checkout, 'recipes/boards/qemu-virt.yaml'));
const lock = await readLock(join(checkout, 'boardsmith.lock'));
const implementations = stepImplementations();

function planFor(...boards: readonly ResolvedBoard[]): Plan {
  return planImages({
    recipes: [recipe],
    boards,
    lock,
    hostArchitecture: 'x86_64',
    implementations,
    boardsmithRoot: checkout,
    version: builderVersion(),
    compression: 'fast',
  });
}

const keysOf = (plan: Plan, kind: string): string[] =>
  plan.steps.filter((step) => step.kind === kind).map(({ key }) => key);

/** The board with other text in its fragment, or the same text in another folder. */
function withFragment(change: { sha256?: string; directory?: string }): ResolvedBoard {
  const { origin } = board.kernel;
  if (origin.kind !== 'source') throw new Error('no source');
  const fragment = { ...origin.fragment, ...change };
  return { ...board, kernel: { ...board.kernel, origin: { ...origin, fragment } } };
}

test('is one build for all boards with the same sources and fragment', () => {
  const other: ResolvedBoard = {
    ...board,
    name: 'other',
    kernel: { ...board.kernel, deviceTree: 'a/b.dtb' },
  };
  const plan = planFor(board, other);
  for (const kind of ['build-environment', 'kernel-source', 'kernel-configuration', 'built-kernel']) {
    assert.is(keysOf(plan, kind).length, 1, kind);
  }
  assert.is(keysOf(plan, 'board-kernel').length, 2);
});

test('changes with the text of the fragment and not with where it lies', () => {
  const [plain] = keysOf(planFor(board), 'built-kernel');
  assert.is(keysOf(planFor(withFragment({ sha256: 'a'.repeat(64) })), 'built-kernel')[0] === plain, false);
  const moved = planFor(withFragment({ directory: '/elsewhere' }));
  assert.is(moved.id, planFor(board).id);
});

test('compilers are no part of a plan, and of the lock of a project, that has no such board', () => {
  assert.equal(keysOf(planFor(packaged), 'build-environment'), []);
  const ids = (boards: readonly ResolvedBoard[]) => canonicalJson(inputRequests([recipe], boards));
  assert.not.match(ids([packaged]), /gcc-14/);
  assert.match(ids([board]), /gcc-14-aarch64-linux-gnu/);
});

test.run();

import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { readBootable } from '../../builder/cli/bootable.ts';
import { builderVersion } from '../../builder/cli/workspace.ts';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { inputRequests } from '../../builder/plan/input-requests.ts';
import { planImages } from '../../builder/plan/plan-images.ts';
import { loadBoard } from '../../builder/recipe/load-board.ts';
import { loadRecipe } from '../../builder/recipe/load-recipe.ts';
import type { MachineNetwork } from '../../builder/recipe/machine-network.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../../builder/recipe/resolved-recipe.ts';
import { runtimes } from '../../builder/runtime/runtimes.ts';
import { stepImplementations, stepKinds } from '../../builder/steps/all-kinds.ts';
import { apply } from '../../builder/steps/apply.ts';
import type { ImageManifest } from '../../builder/steps/image-manifest.ts';
import { cProgram } from '../../builder/steps/kinds/c-program.ts';
import { publishImage } from '../../builder/steps/publish-image.ts';
import { StepCache } from '../../builder/steps/step-cache.ts';
import type { StepKind } from '../../builder/steps/step-kind.ts';
import { boardMachineNetwork } from '../../openwrt/embedded/machine-networks.ts';
import type { BootableImage } from '../../qemu/bootable-image.ts';
import { usableTestLock } from './newcomer-lock.ts';
import { checkout, testCache } from './places.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface TestBuild {
  /** A recipe's folder, relative to the checkout or absolute; or what no folder says. */
  readonly recipe: string | ResolvedRecipe;
  /** How the machine is connected; as a board alone if left out. */
  readonly network?: MachineNetwork;
  /** Name of a board of this checkout; qemu-virt if left out. */
  readonly board?: string;
  /** Changes of the resolved recipe or board: what a broken image is broken in. */
  readonly changeRecipe?: (recipe: ResolvedRecipe) => ResolvedRecipe;
  readonly changeBoard?: (board: ResolvedBoard) => ResolvedBoard;
  /** Folder that holds another `overlays/`. */
  readonly overlaysRoot?: string;
  /** A program that takes the daemon's place in the image, whatever the recipe's own daemon is. */
  readonly program?: string;
}

export type TestImage = BootableImage & { readonly manifest: ImageManifest };

/** Builds an image with the checkout's lock. The image is gone when this process ends. */
export async function buildTestImage(build: TestBuild): Promise<TestImage> {
  const { changeRecipe = (same) => same, changeBoard = (same) => same, overlaysRoot = checkout } = build;
  const recipe = changeRecipe(
    typeof build.recipe === 'string' ? await loadRecipe(resolve(checkout, build.recipe)) : build.recipe,
  );
  const board = changeBoard(
    await loadBoard(join(checkout, 'recipes/boards', `${build.board ?? 'qemu-virt'}.yaml`)),
  );
  const store = new InputStore(testCache, { network: true });
  const { signal } = new AbortController();
  const { lock } = await usableTestLock(inputRequests([recipe], [board]));
  const plan = planImages({
    recipes: [recipe],
    boards: [board],
    lock,
    hostArchitecture: hostArchitecture(),
    implementations: { ...stepImplementations(), ...(await standInDigest(build.program)) },
    boardsmithRoot: overlaysRoot,
    version: builderVersion(),
    compression: 'fast',
    networks: new Map([[recipe.name, build.network ?? boardMachineNetwork(recipe)]]),
  });
  const cache = new StepCache(testCache);
  return await cache.use(async () => {
    const outputs = await apply(plan, {
      cache,
      inputs: store,
      kinds: build.program === undefined ? stepKinds : withStandIn(build.program),
      concurrency: 2,
      signal,
    });
    const out = temporaryFolder('image');
    const { image } = await publishImage(outputs.get(plan.images[0]!.step)!, out, signal);
    return withCoresOfHost(await readBootable(image));
  });
}

/** Never one core alone: what is wrong with two of them must still come out. */
const fewestCores = 2;

/** A machine with more cores than the host takes the longer the more it has: on a host with two, a boot with four costs a third more processor time. */
function withCoresOfHost(image: TestImage): TestImage {
  const cores = Math.min(image.machine.cores, Math.max(fewestCores, availableParallelism()));
  return { ...image, machine: { ...image.machine, cores } };
}

const programKinds = [...Object.values(runtimes).map(({ program }) => program.kind), cProgram.kind];

/** The steps after the program are made anew for another one. */
async function standInDigest(program: string | undefined): Promise<Record<string, string>> {
  if (program === undefined) return {};
  const digest = createHash('sha256')
    .update(await readFile(program))
    .digest('hex');
  return Object.fromEntries(programKinds.map((kind) => [kind, `stand-in ${digest}`]));
}

function withStandIn(program: string): ReadonlyMap<string, StepKind> {
  const standIns = programKinds.map((kind): [string, StepKind] => [
    kind,
    { kind, run: ({ output }) => copyFile(program, join(output, 'program')) },
  ]);
  return new Map([...stepKinds, ...standIns]);
}

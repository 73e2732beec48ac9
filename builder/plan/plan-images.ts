import type { HostArchitecture, Lock } from '../lock/lock-format.ts';
import { type MachineNetwork, ordinaryNetwork } from '../recipe/machine-network.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { Compression } from '../rootfs/squashfs.ts';
import { lockedInputs } from './locked-input.ts';
import { overlaySources } from './overlay-sources.ts';
import { planBoard } from './plan-board.ts';
import type { BuildContext } from './plan-build-environment.ts';
import { type Implementations, PlanBuilder } from './plan-builder.ts';
import { planCProgram } from './plan-c-program.ts';
import { planDaemon } from './plan-daemon.ts';
import { planDisk } from './plan-disk.ts';
import { planPackedImage } from './plan-packed-image.ts';
import { planRuntime } from './plan-runtime.ts';
import { planSignatureLibrary } from './plan-signature-library.ts';
import { planTools } from './plan-tools.ts';
import type { PackedFormat, Plan, PlannedImage } from './step.ts';

export interface PlanRequest {
  readonly recipes: readonly ResolvedRecipe[];
  readonly boards: readonly ResolvedBoard[];
  readonly lock: Lock;
  readonly hostArchitecture: HostArchitecture;
  readonly implementations: Implementations;
  /** Version of Boardsmith itself, as the SBOM names it. */
  readonly version: string;
  /** Where Boardsmith's own sources (overlays/) lie on this machine. */
  readonly boardsmithRoot: string;
  /** Of the roots. */
  readonly compression: Compression;
  /** How machines are connected, by the name of the recipe; one that is left out has one link with DHCP. */
  readonly networks?: ReadonlyMap<string, MachineNetwork>;
  /** Forms in which every image is published, with its block map; none if left out. */
  readonly packed?: readonly PackedFormat[];
  /** Which recipe is for which board; all for all if left out. */
  readonly isWanted?: (recipe: ResolvedRecipe, board: ResolvedBoard) => boolean;
  /** Adds the steps of images of another kind, before all others. */
  readonly first?: (context: BuildContext) => readonly PlannedImage[];
}

/**
 * The steps that make an image of every recipe for every board. Equal steps are shared.
 * The same recipes, boards, lock and sources give the same plan on any machine.
 * @throws BoardsmithError LOCK_INVALID
 */
export function planImages(request: PlanRequest): Plan {
  const { recipes, boards, lock, boardsmithRoot } = request;
  const builder = new PlanBuilder(request.implementations);
  const locked = lockedInputs(lock, request.hostArchitecture);
  const tools = planTools(builder, locked);
  const overlays = overlaySources(boardsmithRoot);
  const publish = (image: PlannedImage): void => {
    const { packed } = request;
    const steps = packed === undefined ? {} : { packed: planPackedImage(builder, image.step, tools, packed) };
    builder.addImage({ ...image, ...steps });
  };
  request.first?.({ builder, locked, tools }).forEach(publish);
  for (const recipe of recipes) {
    const runtime = recipe.runtime === 'c' ? null : planRuntime(builder, locked, tools, recipe.runtime);
    const program =
      runtime === null
        ? planCProgram(builder, { locked, tools, recipe })
        : planDaemon(builder, { locked, tools, runtime, recipe, lock });
    const signatureLibrary = planSignatureLibrary(builder, locked, tools, recipe);
    const network = request.networks?.get(recipe.name) ?? ordinaryNetwork;
    for (const board of boards) {
      if (request.isWanted?.(recipe, board) === false) continue;
      const boardSteps = planBoard({ builder, locked, tools }, board, network);
      const step = planDisk(builder, {
        ...{ recipe, board, program, tools, runtime, boardSteps, date: lock.date, overlays, lock, network },
        signatureLibrary,
        version: request.version,
        compression: request.compression,
      });
      publish({ recipe: recipe.name, board: board.name, step });
    }
  }
  return builder.build();
}

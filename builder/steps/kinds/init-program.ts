import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { partitionUuid } from '../../image/partition-uuid.ts';
import { compileInit } from '../../init/compile-init.ts';
import { planSource } from '../../init/plan-source.ts';
import type { MachineNetwork } from '../../recipe/machine-network.ts';
import type { ResolvedBoard } from '../../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../../recipe/resolved-recipe.ts';
import type { StepKind } from '../step-kind.ts';
import { timeStampOf } from '../time-stamp.ts';

/** Inputs `zig`, `sources` (overlays/init), `kernel` (for the list of modules); `signatureLibrary` if the image has an authority. Output: `init`, and `plan.c` for people to read. */
export const initProgram: StepKind = {
  kind: 'init-program',
  async run({ step, folder, output, compilerCache, signal }) {
    const { date, slot } = step.parameters;
    const recipe = step.parameters.recipe as ResolvedRecipe;
    const board = step.parameters.board as ResolvedBoard;
    const network = step.parameters.network as MachineNetwork;
    const seed = `${recipe.name}-${board.name}`;
    const modules = JSON.parse(await readFile(join(folder('kernel'), 'modules.json'), 'utf8')) as string[];
    const planC = join(output, 'plan.c');
    await writeFile(
      planC,
      planSource(recipe, board, {
        clockFloor: timeStampOf(date),
        rootPartitionUuid: partitionUuid(seed, `root-${String(slot)}`),
        dataPartitionUuid: partitionUuid(seed, 'data'),
        statePartitionUuid: partitionUuid(seed, 'state'),
        identityPartitionUuid: partitionUuid(seed, 'identity'),
        slot: slot as 'a' | 'b',
        network,
        moduleFiles: modules.map((name) => `/lib/modules/${name}.ko`),
      }),
    );
    await compileInit({
      zigRoot: folder('zig'),
      sources: folder('sources'),
      planC,
      output: join(output, 'init'),
      cacheDirectory: compilerCache,
      target: 'aarch64-linux-musl',
      ...(step.inputs.signatureLibrary === undefined ? {} : { signatureLibrary: folder('signatureLibrary') }),
      signal,
    });
  },
};

import { kernelWords } from '../init/default-deny.ts';
import type { Lock } from '../lock/lock-format.ts';
import type { MachineNetwork } from '../recipe/machine-network.ts';
import { mebibyte } from '../recipe/quantity.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { Compression } from '../rootfs/squashfs.ts';
import { rootFilesOf } from '../runtime/program-facts.ts';
import { askedFiles, mountPoints, programFiles } from './asked-files.ts';
import { boardWithoutOrigins } from './board-view.ts';
import { fileOwners } from './file-owners.ts';
import { describeImage } from './image-description.ts';
import type { ManifestBoot, ManifestInput, ManifestSource } from './manifest-parts.ts';
import type { OverlaySources } from './overlay-sources.ts';
import type { BoardSteps } from './plan-board.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { planComponents } from './plan-components.ts';
import type { RuntimeSteps } from './plan-runtime.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { StepInput } from './step.ts';

export interface DiskRequest {
  readonly recipe: ResolvedRecipe;
  readonly board: ResolvedBoard;
  /** The step that made the daemon's program. */
  readonly program: StepInput;
  readonly tools: ToolSteps;
  /** null for a program that needs none. */
  readonly runtime: RuntimeSteps | null;
  readonly boardSteps: BoardSteps;
  /** YYYY-MM-DD of the lock. */
  readonly date: string;
  readonly overlays: OverlaySources;
  readonly lock: Lock;
  /** Version of Boardsmith itself. */
  readonly version: string;
  readonly compression: Compression;
  readonly network: MachineNetwork;
  /** null for an image that takes no identity of a unit. */
  readonly signatureLibrary: StepInput | null;
}

/**
 * Program, kernel and init → root, boot and data partitions → the SD image with its manifest.
 * @returns id of the image's step
 */
export function planDisk(builder: PlanBuilder, request: DiskRequest): string {
  const {
    network,
    recipe,
    board,
    tools,
    runtime,
    program,
    boardSteps,
    date,
    overlays,
    lock,
    version,
    compression,
    signatureLibrary,
  } = request;
  const unit = `${recipe.name}-${board.name}`;
  const root = builder.add({
    id: `root:${recipe.name}`,
    kind: 'root-partition',
    title: `make and audit the root of ${recipe.name}`,
    parameters: {
      date,
      recipe: recipe.name,
      askedFiles: askedFiles(recipe),
      runtimeFiles: rootFilesOf(recipe.runtime),
      mountPoints,
      compression,
    },
    inputs: {
      program,
      ...(runtime === null ? {} : { runtimeBase: runtime.base }),
      overlay: overlays.root,
      squashfs: tools.squashfs,
    },
  });
  const init = builder.add({
    id: `init:${unit}`,
    kind: 'init-program',
    title: `compile init for ${unit}`,
    parameters: { date, recipe: initView(recipe), board: boardWithoutOrigins(board), network, slot: 'a' },
    inputs: {
      ...{ zig: tools.zig, sources: overlays.init, kernel: boardSteps.kernel },
      ...(signatureLibrary === null ? {} : { signatureLibrary }),
    },
  });
  const initramfs = builder.add({
    id: `initramfs:${unit}`,
    kind: 'initramfs',
    title: `pack initramfs of ${unit}`,
    parameters: { date },
    inputs: { init, kernel: boardSteps.kernel, zstd: tools.zstd },
  });
  const boot = builder.add({
    id: `boot:${unit}`,
    kind: 'boot-partition',
    title: `make boot partition of ${unit}`,
    parameters: {
      date,
      unit,
      slot: 'a',
      sizeMiB: board.partitions.bootMiB,
      deviceTree: board.kernel.deviceTree !== null,
      commandLine: [
        `console=${board.console.device},${board.console.baud}`,
        ...kernelWords.map(({ word }) => word),
        ...board.kernel.commandLine,
      ],
      description: describeImage(recipe, board, date),
    },
    inputs: {
      ...{ kernel: boardSteps.kernel, initramfs, root, fat: tools.fat },
      ...(boardSteps.deviceTree === null ? {} : { deviceTree: boardSteps.deviceTree }),
    },
  });
  const data = builder.add({
    id: `data:${unit}`,
    kind: 'data-partition',
    title: `make data partition of ${unit}`,
    parameters: { date, unit, sizeMiB: board.partitions.dataMiB },
    inputs: { ext4: tools.ext4 },
  });
  const links = { root, boot, data, bootloader: boardSteps.bootloader };
  const ownership = fileOwners(builder, {
    recipe,
    board,
    slot: 'a',
    boardSteps,
    program,
    tools,
    runtime,
    overlays,
    lock,
    signatureLibrary,
  });
  const components = planComponents(builder, { unit, recipe, ownership, runtime, lock });
  const image = `image:${unit}`;
  builder.add({
    id: image,
    kind: 'sd-image',
    title: `write image ${unit}`,
    parameters: {
      date,
      unit,
      version,
      recipe: recipe.name,
      board: boardWithoutOrigins(board),
      boot: bootView(recipe, board),
      owners: ownership.rules,
      budgets: { ...board.budgets, ...recipe.budgets },
      program: programFiles(recipe),
      ...withResolved(builder.originsOf(Object.values(links)), ownership.resolved),
    },
    inputs: { ...links, components },
  });
  return image;
}

/** Recipe and board are sources too: what they say is compiled into init and written to the boot partition. */
function withResolved(
  origins: { readonly inputs: readonly ManifestInput[]; readonly sources: readonly ManifestSource[] },
  resolved: readonly ManifestSource[],
): { readonly inputs: readonly ManifestInput[]; readonly sources: readonly ManifestSource[] } {
  const sources = [...origins.sources, ...resolved].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { inputs: origins.inputs, sources };
}

/** The recipe without its sources and folder: init does not change with a line of the daemon, nor with where the recipe lies. */
function initView({
  directory: _directory,
  entry: _entry,
  budgets: _budgets,
  ...rest
}: ResolvedRecipe): Record<string, unknown> {
  return rest;
}

/** What the manifest says so that an image can be booted without its sources. */
function bootView(
  { ports, health }: ResolvedRecipe,
  { console, qemu, lastWords, memoryAddress }: ResolvedBoard,
): Omit<ManifestBoot, 'kernelCommandLine'> {
  const healthPort = health.kind === 'http' ? ports.find(({ name }) => name === health.port) : undefined;
  return {
    ports,
    health:
      health.kind === 'http' && healthPort !== undefined
        ? { port: healthPort.port, path: health.path }
        : null,
    console: console.device,
    qemu,
    leastMemoryMiB:
      lastWords === null ? 0 : Math.ceil((lastWords.address + lastWords.size - memoryAddress!) / mebibyte),
  };
}

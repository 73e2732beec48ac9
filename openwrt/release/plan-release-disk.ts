import { createHash } from 'node:crypto';
import { planBootloader } from '../../builder/plan/plan-bootloader.ts';
import type { BuildContext } from '../../builder/plan/plan-build-environment.ts';
import type { PlannedImage } from '../../builder/plan/step.ts';
import type { ResolvedBoard } from '../../builder/recipe/resolved-board.ts';
import { closedFiles } from './closed/closed-files.ts';
import { unitSecrets } from './closed/unit-settings.ts';
import { planReleaseImage, type ReleaseRouter } from './plan-release-image.ts';
import type { ReleaseDisk } from './release-disk.ts';

export interface ReleaseDiskRequest {
  readonly router: ReleaseRouter;
  readonly board: ResolvedBoard;
  /** YYYY-MM-DD of the lock. */
  readonly date: string;
  /** Version of Boardsmith itself. */
  readonly version: string;
}

/** Name of the router's image before that of its board, as an appliance's is its recipe's. */
const recipe = 'router';
/** The target whose image boots where there is no hardware of its own: by UEFI, on QEMU's `virt` machine. */
const playedTarget = 'armsr/armv8';
/** MiB; OpenWrt's kernel for that target and its services start in half of it. */
const leastMemoryMiB = 256;

/** Whether QEMU can play a router of this release's target on this board. */
export function isPlayed({ target }: { readonly target: string }, { qemu }: ResolvedBoard): boolean {
  return qemu !== null && target === playedTarget;
}

/**
 * Adds the router of a release to a plan: its ImageBuilder's image, and the disk with what an image of Boardsmith's has beside it. One that QEMU
 * can play comes with the board's boot loader, whose UEFI starts it. Pure.
 * @returns what is to be published
 * @throws BoardsmithError LOCK_INVALID (the release is not locked), RECIPE_INVALID, STEP_FAILED (a policy that would not be closed)
 */
export function planReleaseDisk(context: BuildContext, request: ReleaseDiskRequest): PlannedImage {
  const { builder, locked } = context;
  const { router, board, date, version } = request;
  const image = planReleaseImage(builder, locked, router);
  const played = isPlayed(router.release, board);
  const links = { image, ...(played ? { firmware: planBootloader(context, board) } : {}) };
  const unit = `${recipe}-${board.name}`;
  const disk: ReleaseDisk = {
    ...{ unit, recipe, date, version },
    board: board.name,
    fileSystem: router.fileSystem,
    release: router.release.version,
    unitSecrets: unitSecrets(router.router).map(({ name }) => name),
    inputs: builder.originsOf(Object.values(links)).inputs,
    files: closedFiles(router.router).map(({ path, content }) => ({
      path,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    boot: {
      ports: [],
      health: null,
      console: board.console.device,
      kernelCommandLine: '',
      qemu: played ? board.qemu : null,
      leastMemoryMiB,
    },
  };
  const step = `image:${unit}`;
  builder.add({
    id: step,
    kind: 'openwrt-disk',
    title: `write image ${unit}`,
    parameters: { disk },
    inputs: links,
  });
  return { recipe, board: board.name, step };
}

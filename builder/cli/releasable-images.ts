import { unitSecrets } from '../../openwrt/release/closed/unit-settings.ts';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import type { ImageToRelease } from '../release/make/released-source.ts';
import { type ClusterSelection, routerName } from './cluster-selection.ts';
import { requireSomebodyWhoGives } from './given-authorities.ts';
import type { Selection } from './image-selection.ts';
import type { PlanOutputs } from './run-plan.ts';

/** What is known of an image before it is built. */
export type ReleasableImage = Omit<ImageToRelease, 'folders'>;

/**
 * The images of a selection, as a release will describe them.
 * @param cluster the same selection, or null for recipes
 * @throws BoardsmithError USAGE for a router whose unit must be given something, and nobody may give it
 */
export function releasableImages(selection: Selection, cluster: ClusterSelection | null): ReleasableImage[] {
  return selection.plan.images.map(({ recipe: name, board }) => ({
    name: `${name}-${board}`,
    recipe: name,
    board,
    positions: positionsOf(cluster, name, board),
    ...describedImage(selection, cluster, name),
  }));
}

/** With the folders in which a build has left them. @param images of the selection, in its order */
export function builtImages(
  { plan }: Selection,
  images: readonly ReleasableImage[],
  { folder }: PlanOutputs,
): ImageToRelease[] {
  return plan.images.map(({ step, packed }, index) => {
    const { blockMap, zstd, xz } = packed!;
    return {
      ...images[index]!,
      folders: {
        image: folder(step),
        blockMap: folder(blockMap),
        zstd: folder(zstd),
        xz: xz === null ? null : folder(xz),
      },
    };
  });
}

/** The lock pins OpenWrt's packages, and not what they were built from. @throws BoardsmithError USAGE */
export function requireReleasableSources(cluster: ClusterSelection | null): void {
  if (cluster?.openwrt == null) return;
  throw new BoardsmithError(
    'USAGE',
    `the lock pins no sources of the OpenWrt release that is the router of ${cluster.cluster.name}`,
    {
      hint: 'leave --sources out, and publish them yourself: OpenWrt has them; --router embedded is built from sources that are pinned',
    },
  );
}

function describedImage(
  { recipes }: Selection,
  cluster: ClusterSelection | null,
  name: string,
): Pick<ImageToRelease, 'description' | 'unit' | 'layout'> {
  const recipe = recipes.find((one) => one.name === name);
  if (recipe !== undefined) {
    return { description: recipe.description, unit: unitOf(recipe), layout: 'slots' };
  }
  const { router, authorities } = cluster!.openwrt!;
  const secrets = unitSecrets(router.router).map((secret) => ({ ...secret, required: true }));
  const unit = { authorities, settings: [], secrets };
  requireSomebodyWhoGives({ name, unit });
  return {
    description: `the router of ${cluster!.cluster.name}: OpenWrt ${router.release.version}`,
    unit,
    layout: 'openwrt',
  };
}

function positionsOf(selection: ClusterSelection | null, recipe: string, board: string): string[] {
  if (selection === null) return [];
  const { groups, router } = selection.cluster;
  const units = groups
    .filter((group) => group.recipe.name === recipe && group.board.name === board)
    .flatMap((group) => group.units.map((unit) => unit.name));
  const isRouter = recipe === routerName && router.board.name === board;
  return isRouter ? [...units, routerName] : units;
}

function unitOf({ unit }: ResolvedRecipe): ImageToRelease['unit'] {
  const values = (all: ResolvedRecipe['unit']['settings']): ImageToRelease['unit']['settings'] =>
    all.map(({ name, description, required }) => ({ name, description, required }));
  return {
    authorities: unit.authorities,
    settings: values(unit.settings),
    secrets: values(unit.secrets),
  };
}

import { createHash } from 'node:crypto';
import { verityRecordPath } from '../image/verity/verity-record.ts';
import type { Lock } from '../lock/lock-format.ts';
import type { ResolvedBoard } from '../recipe/resolved-board.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';
import { rootFilesOf, runtimeOf } from '../runtime/program-facts.ts';
import { boardWithoutPlaces } from './board-view.ts';
import { canonicalJson } from './canonical-json.ts';
import { descriptionPath } from './image-description.ts';
import type { ManifestSource } from './manifest-parts.ts';
import type { OverlaySources } from './overlay-sources.ts';
import type { BoardSteps } from './plan-board.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { RuntimeSteps } from './plan-runtime.ts';
import type { ToolSteps } from './plan-tools.ts';
import type { StepInput } from './step.ts';

/** Whose bytes a file of an image holds. */
export interface OwnerRule {
  /** As `Card.files` calls it (`root-a`, `boot-a:/initramfs`), or `bootloader`, `firmware`, `firmware-environment`. */
  readonly place: string;
  /** A path, or all that are directly in a folder: `/lib/modules/*`. Empty for a place that is no file system. */
  readonly path: string;
  /** Entries of the lock by id and source files by path, as the manifest lists them; or `boardsmith` for what the build itself writes. */
  readonly owners: readonly string[];
}

export interface Ownership {
  readonly rules: readonly OwnerRule[];
  /** Recipe and board as sources of what is made from them: by content, after everything that does not change a build is gone. */
  readonly resolved: readonly ManifestSource[];
}

export interface OwnedSteps {
  readonly recipe: ResolvedRecipe;
  readonly board: ResolvedBoard;
  readonly slot: string;
  readonly boardSteps: BoardSteps;
  readonly program: StepInput;
  readonly tools: ToolSteps;
  readonly runtime: RuntimeSteps | null;
  readonly overlays: OverlaySources;
  readonly lock: Lock;
  readonly signatureLibrary: StepInput | null;
}

/**
 * Who owns every file that an image of this recipe for this board may have. Kept apart from what lays the files there, so that one which
 * slips in is found.
 */
export function fileOwners(builder: PlanBuilder, steps: OwnedSteps): Ownership {
  const { recipe, board, slot } = steps;
  const resolved = [
    resolvedSource(`recipe/${recipe.name}`, withoutPlace(recipe)),
    resolvedSource(`board/${board.name}`, boardWithoutPlaces(board)),
  ];
  const written = resolved.map(({ path }) => path);
  const [boot, root] = [`boot-${slot}`, `root-${slot}`];
  const initramfs = `${boot}:/initramfs`;
  const content = (...links: StepInput[]): string[] => contentOf(builder, links, steps.lock);
  const kernel = content(steps.boardSteps.kernel);
  // What Zig links into init besides its sources is musl, which came with it.
  const library = steps.signatureLibrary === null ? [] : content(steps.signatureLibrary);
  const init = [...content(steps.overlays.init), ...library, ...tools(builder, steps.tools.zig), ...written];
  const bootloader = content(steps.boardSteps.bootloader);
  const base = steps.runtime === null ? [] : content(steps.runtime.base);
  const rootFiles = rootFilesOf(recipe.runtime);
  const rule = (place: string, path: string, owners: readonly string[]): OwnerRule => ({
    place,
    path,
    owners: [...new Set(owners)].sort(),
  });
  const inCard = board.bootloader.place === 'card';
  return {
    resolved,
    rules: [
      rule(inCard ? 'bootloader' : 'firmware', '', bootloader),
      ...(inCard ? [] : [rule('firmware-environment', '', written)]),
      rule(boot, '/extlinux/extlinux.conf', written),
      rule(boot, descriptionPath, written),
      rule(boot, '/kernel', kernel),
      rule(boot, '/device-tree.dtb', board.lastWords === null ? kernel : [...kernel, ...written]),
      rule(boot, '/initramfs', [...init, ...kernel]),
      rule(initramfs, '/init', init),
      rule(initramfs, verityRecordPath, ['boardsmith']),
      rule(initramfs, '/lib/modules/*', kernel),
      rule(root, `/usr/bin/${recipe.name}`, [
        ...content(steps.program).filter((id) => !base.includes(id)),
        ...base.filter(isOf(runtimeOf(recipe.runtime)?.programOrigin ?? '', steps.lock)),
        // As into init, Zig links its musl into a program of C.
        ...(recipe.entry.kind === 'c-sources' ? tools(builder, steps.tools.zig) : []),
        `recipe/${recipe.name}`,
      ]),
      ...rootFiles.map(({ path, origin }) => rule(root, path, base.filter(isOf(origin, steps.lock)))),
      ...overlayFiles(steps.overlays).map(([path, owner]) => rule(root, path, [owner])),
      rule(root, '/etc/resolv.conf', ['boardsmith']),
    ],
  };
}

/** Inputs whose bytes come into an image: all but those that only run on the build machine. */
function contentOf(builder: PlanBuilder, links: readonly StepInput[], lock: Lock): string[] {
  const { inputs, sources } = builder.originsOf(links);
  const content = new Set(Object.values(lock.requests).flat());
  return [...inputs.map(({ id }) => id).filter((id) => content.has(id)), ...sources.map(({ path }) => path)];
}

function tools(builder: PlanBuilder, link: StepInput): string[] {
  return builder.originsOf([link]).inputs.map(({ id }) => id);
}

/** @returns whether an id of the lock is one of the package `KIND:NAME` */
function isOf(origin: string, { entries }: Lock): (id: string) => boolean {
  return (id) => {
    const entry = entries[id];
    return entry !== undefined && `${entry.kind}:${entry.name}` === origin;
  };
}

function overlayFiles({ root }: OverlaySources): [path: string, owner: string][] {
  if (root.from !== 'source') return [];
  return root.files.map(({ path }) => [`/${path}`, `${root.label}/${path}`]);
}

function withoutPlace({
  directory: _directory,
  budgets: _budgets,
  ...rest
}: ResolvedRecipe): Record<string, unknown> {
  return rest;
}

function resolvedSource(path: string, value: unknown): ManifestSource {
  return { path, sha256: createHash('sha256').update(canonicalJson(value)).digest('hex') };
}

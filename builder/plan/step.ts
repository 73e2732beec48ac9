import type { LockEntry } from '../lock/lock-format.ts';

/** One unit of work: pure data. Equal keys mean equal outputs, so a step whose key is in the cache is not run again. */
export interface Step {
  /** Name inside one plan, for people and for `after` links: `root:cxo`, `kernel:qemu-virt`. */
  readonly id: string;
  /** Which implementation runs it. */
  readonly kind: string;
  /** What a person reads while it runs. */
  readonly title: string;
  /** JSON values only; part of the key. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Named inputs, sorted by name; part of the key. */
  readonly inputs: Readonly<Record<string, StepInput>>;
  /** sha256 over kind, implementation, parameters and inputs' keys, lower-case hex. */
  readonly key: string;
}

export type StepInput =
  /** The output folder of another step. */
  | { readonly from: 'step'; readonly step: string }
  /** Locked files, fetched and verified before the step runs. */
  | { readonly from: 'lock'; readonly entries: readonly { readonly id: string; readonly entry: LockEntry }[] }
  /** Source files: a folder of this machine (not part of the key) and what of it is read, by content. */
  | {
      readonly from: 'source';
      /** Where the files belong, as manifests name it: `overlays/init`. */
      readonly label: string;
      readonly root: string;
      readonly files: readonly { readonly path: string; readonly sha256: string }[];
    };

/** Steps in an order in which each stands after those it needs. */
export interface Plan {
  /** sha256 over all keys: the same recipe, board and lock give the same id on any machine. */
  readonly id: string;
  readonly steps: readonly Step[];
  /** The images that come out, by recipe and board. */
  readonly images: readonly PlannedImage[];
}

export interface PlannedImage {
  readonly recipe: string;
  readonly board: string;
  /** Id of the step whose output folder holds the image and what lies beside it. */
  readonly step: string;
  /** Of a plan for a release: steps that make of the image what is published. */
  readonly packed?: PackedSteps;
}

/** Ids of steps. */
export interface PackedSteps {
  readonly blockMap: string;
  readonly zstd: string;
  /** null if it is not wanted. */
  readonly xz: string | null;
}

/** Forms in which an image is published. */
export type PackedFormat = 'zstd' | 'xz';

/** Ids of all steps whose outputs a plan is made for. */
export function wantedSteps(plan: Plan): string[] {
  return plan.images.flatMap(({ step, packed }) => [
    step,
    ...(packed === undefined ? [] : [packed.blockMap, packed.zstd]),
    ...(packed?.xz == null ? [] : [packed.xz]),
  ]);
}

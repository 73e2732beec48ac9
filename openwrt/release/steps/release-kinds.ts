import { join } from 'node:path';
import type { Implementations } from '../../../builder/plan/plan-builder.ts';
import { implementationDigest } from '../../../builder/steps/implementation-digest.ts';
import type { StepKind } from '../../../builder/steps/step-kind.ts';
import { openwrtDisk } from './openwrt-disk.ts';
import { openwrtImage } from './openwrt-image.ts';

/** The kinds of steps that a release's image takes, by name: the command line adds them to the builder's own. */
export const releaseStepKinds: ReadonlyMap<string, StepKind> = new Map(
  [openwrtImage, openwrtDisk].map((kind) => [kind.kind, kind]),
);

/** kind → digest of its code. The file of a kind has the kind's name. */
export function releaseImplementations(): Implementations {
  return Object.fromEntries(
    [...releaseStepKinds.keys()].map((kind) => [
      kind,
      implementationDigest(join(import.meta.dirname, `${kind}.ts`)),
    ]),
  );
}

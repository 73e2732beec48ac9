import { join } from 'node:path';
import { snapshotSources } from './source-snapshot.ts';
import type { StepInput } from './step.ts';

/** Boardsmith's own sources that go into every image, by content. */
export interface OverlaySources {
  readonly root: StepInput;
  readonly init: StepInput;
}

/** @param boardsmithRoot folder that holds overlays/ */
export function overlaySources(boardsmithRoot: string): OverlaySources {
  const overlay = (name: string, wanted: (path: string) => boolean): StepInput =>
    snapshotSources(join(boardsmithRoot, 'overlays', name), `overlays/${name}`, wanted);
  return { root: overlay('root', () => true), init: overlay('init', (path) => /\.[ch]$/.test(path)) };
}

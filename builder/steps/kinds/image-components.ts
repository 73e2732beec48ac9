import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockedInput } from '../../lock/lock-format.ts';
import { bundledComponents } from '../../sbom/bundled-components.ts';
import { lockedComponent } from '../../sbom/locked-component.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `bundle` (but for a program of C), and for each of parameter `packages` (entries of Debian packages and wheels of which something is in the image) its facts
 * under its id; parameter `npm` (entries of the daemon's npm packages). Output: `components.json`, sorted by id.
 */
export const imageComponents: StepKind = {
  kind: 'image-components',
  async run({ step, folder, output }) {
    const { packages, npm } = step.parameters as unknown as Record<
      'packages' | 'npm',
      readonly LockedInput[]
    >;
    const locked = packages.map(async (input) =>
      lockedComponent(input, JSON.parse(await readFile(join(folder(input.id), 'facts.json'), 'utf8'))),
    );
    const bundled =
      step.inputs.bundle === undefined
        ? []
        : await bundledComponents(join(folder('bundle'), 'packages.json'), npm);
    const components = [...(await Promise.all(locked)), ...bundled].sort((a, b) => (a.id < b.id ? -1 : 1));
    await writeFile(join(output, 'components.json'), JSON.stringify(components));
  },
};

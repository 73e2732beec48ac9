import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuntimeName } from '../../recipe/runtime-name.ts';
import type { ComponentLicence } from '../../runtime/component-licence.ts';
import { hostRuntime } from '../../runtime/host-runtime.ts';
import { runtimes } from '../../runtime/runtimes.ts';
import { type PackageFacts, packageFacts } from '../../sbom/package-licence.ts';
import { runtimeParts } from '../../sbom/runtime-parts.ts';
import type { StepKind } from '../step-kind.ts';

/**
 * Inputs `package` (the one that holds a runtime), `base` (made of it, with its licences), and `host` with `hostLibraries`: the same version
 * for this machine. Parameter `runtime`. Output: `facts.json`, its licence and what is built into it.
 */
export const runtimeFacts: StepKind = {
  kind: 'runtime-facts',
  async run({ step, folder, files, output, scratch, signal }) {
    const input = step.inputs.package;
    if (input?.from !== 'lock') throw new Error('a package must come from the lock');
    const runtime = runtimes[step.parameters.runtime as RuntimeName];
    const [unpacked, empty] = [join(scratch, 'package'), join(scratch, 'empty')];
    await Promise.all([mkdir(unpacked), mkdir(empty)]);
    const ofPackage = await packageFacts(input.entries[0]!.entry, files('package')[0]!, unpacked, signal);
    // The first is the runtime itself, those after it are in packages of their own.
    const [{ licence, texts }] = JSON.parse(
      await readFile(join(folder('base'), 'licences.json'), 'utf8'),
    ) as [ComponentLicence];
    const host = await hostRuntime(runtime, { host: folder('host'), libraries: folder('hostLibraries') });
    const facts: PackageFacts = {
      licence,
      licenceTexts: [
        ...ofPackage.licenceTexts,
        ...texts.map(({ name, text }) => ({ name, sha256: sha256(text) })),
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
      parts: [...ofPackage.parts, ...(await runtimeParts(runtime, host, empty, signal))],
    };
    await writeFile(join(output, 'facts.json'), JSON.stringify(facts));
  },
};

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFacts as factsOf } from '../../sbom/package-licence.ts';
import type { StepKind } from '../step-kind.ts';

/** Input `package`: a Debian package or a wheel. Output: `facts.json`, its licence and what is in it. */
export const packageFacts: StepKind = {
  kind: 'package-facts',
  async run({ step, files, output, scratch, signal }) {
    const input = step.inputs.package;
    if (input?.from !== 'lock') throw new Error('a package must come from the lock');
    const facts = await factsOf(input.entries[0]!.entry, files('package')[0]!, scratch, signal);
    await writeFile(join(output, 'facts.json'), JSON.stringify(facts));
  },
};

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyText } from '../../builder/signature/public-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { boardsmith } from '../support/command-line.ts';
import { checkout } from '../support/places.ts';
import { type BurnFigures, burnFigures } from './burn-figures.ts';

/**
 * Releases the appliance recipes/cxo and burns its image. In a folder of the checkout: the system's own for temporary files may be memory.
 * @throws Error if the release cannot be made, or a program that is compared is not there
 */
export async function measureBurn(rounds: number, said: (what: string) => void): Promise<BurnFigures> {
  const folder = await mkdtemp(join(checkout, 'node_modules/.bench-burn-'));
  try {
    const key = generateKey();
    await writeFile(join(folder, 'bench.key'), await secretKeyText(key, null), { mode: 0o600 });
    await writeFile(join(folder, 'bench.pub'), publicKeyText(key.publicKey));
    said('making a release of recipes/cxo');
    const release = join(folder, 'release');
    const made = await boardsmith([
      'release',
      'cxo',
      '--key',
      join(folder, 'bench.key'),
      '--out',
      release,
      '--allow-dirty',
    ]);
    if (made.exitCode !== 0) throw new Error(made.stderr);
    said('burning it, beside bmaptool and dd');
    return await burnFigures(release, join(folder, 'bench.pub'), folder, rounds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

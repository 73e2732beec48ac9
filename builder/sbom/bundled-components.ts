import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { LockedInput } from '../lock/lock-format.ts';
import type { ComponentLicence } from '../runtime/component-licence.ts';
import { isSpdxExpression } from './licence-expression.ts';
import { lockedComponent } from './locked-component.ts';
import type { SbomComponent } from './sbom-component.ts';

/**
 * The npm packages of which something is in a daemon's bundle.
 * @param file what the bundle says of itself (`packages.json`)
 * @param locked entries of all packages that the daemon could have used
 */
export async function bundledComponents(
  file: string,
  locked: readonly LockedInput[],
): Promise<SbomComponent[]> {
  const used = JSON.parse(await readFile(file, 'utf8')) as ComponentLicence[];
  const byId = new Map(locked.map((input) => [input.id, input]));
  const components = used.map(({ name, version, licence, texts }) => {
    const input = byId.get(`npm:${name}@${version}`);
    if (input === undefined) throw new Error(`${name}@${version} is in the bundle, but not in the lock`);
    return lockedComponent(input, {
      licence: licence !== null && isSpdxExpression(licence) ? licence : null,
      licenceTexts: texts.map(({ name, text }) => ({ name, sha256: sha256(text) })),
      parts: [],
    });
  });
  // One version may lie in several places of the tree.
  return [...new Map(components.map((component) => [component.id, component])).values()];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

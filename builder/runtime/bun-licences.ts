import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseFolders, libraryLicences } from './base-licences.ts';
import { bunRuntime } from './bun-runtime.ts';
import type { ComponentLicence } from './component-licence.ts';

/**
 * Its package says MIT, which is Bun's own code. Its page of licences adds JavaScriptCore and WebCore (LGPL-2), TinyCC (LGPL-2.1) and some thirty others under
 * permissive licences, all linked into it.
 */
const licence = 'MIT AND LGPL-2.0-or-later AND LGPL-2.1-or-later';
const page = 'docs/project/license.mdx';

/**
 * Licences of what the base is made of, Bun first.
 * @param folders as for `makeBunBase`
 * @param folders.bunTypes the unpacked npm package with Bun's documents of the same version: Bun's own packages hold no text at all
 */
export async function bunBaseLicences(
  folders: BaseFolders & { readonly bunTypes: string },
): Promise<ComponentLicence[]> {
  const text = await readFile(join(folders.bunTypes, 'package', page), 'utf8');
  return [
    { name: 'Bun', version: bunRuntime.version, licence, texts: [{ name: page, text }] },
    ...(await libraryLicences(folders)),
  ];
}

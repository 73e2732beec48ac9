import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseFolders, libraryLicences } from './base-licences.ts';
import type { ComponentLicence } from './component-licence.ts';
import { nodeRuntime } from './node-runtime.ts';

/**
 * Licences of what the base is made of, Node first.
 * @param folders as for `makeNodeBase`
 * @param folders.nodeHost the unpacked npm package with Node of the same version: its LICENSE is Node's own, the wheel has only its packager's
 */
export async function nodeBaseLicences(
  folders: BaseFolders & { readonly nodeHost: string },
): Promise<ComponentLicence[]> {
  const text = await readFile(join(folders.nodeHost, 'package/LICENSE'), 'utf8');
  return [
    { name: 'Node.js', version: nodeRuntime.version, licence: 'MIT', texts: [{ name: 'LICENSE', text }] },
    ...(await libraryLicences(folders)),
  ];
}

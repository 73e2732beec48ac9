import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComponentLicence } from './component-licence.ts';
import { type Metafile, packageFolder } from './metafile.ts';

/** The parts of a package.json that are read here; `licenses` is an older form. */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
}

/**
 * The npm packages of which something is in the bundle, with their licences, sorted by folder. What was read and then left out as unused
 * does not count.
 * @param directory the folder that paths of the metafile are relative to
 */
export async function bundledPackages(directory: string, metafile: Metafile): Promise<ComponentLicence[]> {
  const used = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => packageFolder(path))
    .filter((folder) => folder !== null);
  const folders = [...new Set(used)].sort();
  return await Promise.all(folders.map((folder) => licenceOf(join(directory, folder))));
}

async function licenceOf(folder: string): Promise<ComponentLicence> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
  const { name = '', version = '', license, licenses = [] } = manifest;
  const declared = typeof license === 'string' ? license : license?.type;
  const older = licenses.flatMap(({ type }) => type ?? []).join(' OR ');
  const files = (await readdir(folder, { withFileTypes: true }))
    .filter((file) => file.isFile() && /^(?:licen[cs]e|copying|notice)/i.test(file.name))
    .map((file) => file.name)
    .sort();
  const texts = files.map(async (file) => ({ name: file, text: await readFile(join(folder, file), 'utf8') }));
  return { name, version, licence: declared ?? (older || null), texts: await Promise.all(texts) };
}

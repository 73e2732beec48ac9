import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportSite, importsThat, type Metafile, packageFolder } from './metafile.ts';

/** Packages whose only use is to find and load a native addon. */
const addonLoaders: ReadonlySet<string> = new Set([
  '@mapbox/node-pre-gyp',
  'bindings',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'node-pre-gyp',
  'pkg-prebuilds',
  'prebuild-install',
]);

/** The parts of a package.json that native packages have. */
interface NativeManifest {
  readonly name?: string;
  readonly gypfile?: boolean;
  /** node-pre-gyp */
  readonly binary?: { readonly module_name?: string };
  /** napi-rs */
  readonly napi?: object;
}

export interface NativeUse {
  readonly site: ImportSite;
  /** What is native, for a message. */
  readonly what: string;
}

/**
 * Every import by which native code would come into a bundle: a `.node` file, or a package that is made to load one.
 * @param directory the folder that paths of the metafile are relative to
 */
export async function findNativeUses(directory: string, metafile: Metafile): Promise<NativeUse[]> {
  const files = importsThat(metafile, ({ path, external }) => external === true && path.endsWith('.node'));
  const uses: NativeUse[] = files.map((site) => ({ site, what: `${site.specifier} is a native addon` }));
  for (const folder of bundledFolders(metafile)) {
    const sign = await nativeSign(join(directory, folder));
    if (sign === null) continue;
    const sites = importsThat(
      metafile,
      ({ path }, importer) => packageFolder(path) === folder && packageFolder(importer) !== folder,
    );
    // The entry itself is imported by nobody.
    const site = sites[0] ?? { importer: `${folder}/package.json`, specifier: '' };
    uses.push({ site, what: `${folder.replace(/^.*node_modules\//, '')} ${sign}` });
  }
  return uses;
}

/** Folders of the npm packages of which something was read, sorted. */
export function bundledFolders(metafile: Metafile): string[] {
  const folders = Object.keys(metafile.inputs).map(packageFolder);
  return [...new Set(folders.filter((folder) => folder !== null))].sort();
}

/** What shows that a package is or loads a native addon; null if nothing does. */
async function nativeSign(folder: string): Promise<string | null> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as NativeManifest;
  if (addonLoaders.has(manifest.name ?? '')) return 'loads native addons';
  const names = await readdir(folder);
  if (names.includes('binding.gyp')) return 'is a native addon (it has a binding.gyp)';
  if (names.includes('prebuilds')) return 'is a native addon (it has prebuilds)';
  if (
    manifest.gypfile === true ||
    manifest.binary?.module_name !== undefined ||
    manifest.napi !== undefined
  ) {
    return 'is a native addon (its package.json says so)';
  }
  return null;
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleasedFile, ReleaseManifest } from '../release-manifest.ts';
import { isSignatureName, manifestName } from '../signature-name.ts';
import { foldersAbove } from './plain-path.ts';
import type { ReleaseProblem } from './release-problem.ts';

/** What lies in a release folder. */
export interface ReleasedTree {
  /** Those of the manifest's files that are there as plain files: their bytes are worth a look. */
  readonly files: readonly ReleasedFile[];
  readonly problems: readonly ReleaseProblem[];
}

/** Holds what lies in a release folder against what its manifest names: nothing more, nothing less, plain files alone. */
export async function readReleasedTree(folder: string, manifest: ReleaseManifest): Promise<ReleasedTree> {
  const problems: ReleaseProblem[] = [];
  const wanted = new Set(manifest.files.map(({ path }) => path));
  const folders = new Set(manifest.files.flatMap(({ path }) => foldersAbove(path)));
  const seen = new Set<string>();
  const plain = new Set<string>();
  const visit = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      seen.add(path);
      if (entry.isDirectory()) {
        if (wanted.has(path))
          problems.push({ kind: 'no-file', where: path, message: 'it is a folder, not a file' });
        else if (folders.has(path)) await visit(path);
        else problems.push({ kind: 'extra', where: `${path}/`, message: 'nobody signed this folder' });
      } else if (!entry.isFile()) {
        const what = entry.isSymbolicLink() ? 'a symbolic link' : 'a special file';
        problems.push({
          kind: 'no-file',
          where: path,
          message: `it is ${what}; a release has plain files alone`,
        });
      } else if (wanted.has(path)) {
        plain.add(path);
      } else if (!(below === '' && (path === manifestName || isSignatureName(path)))) {
        problems.push({ kind: 'extra', where: path, message: 'nobody signed this file' });
      }
    }
  };
  await visit('');
  for (const path of wanted) {
    if (!seen.has(path)) problems.push({ kind: 'missing', where: path, message: 'it is not there' });
  }
  return { files: manifest.files.filter(({ path }) => plain.has(path)), problems };
}

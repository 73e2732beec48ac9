import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { checkout } from './places.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** One change of one file. */
export interface SourceMutation {
  /** Path in the checkout. */
  readonly file: string;
  /** Text that must be there once. */
  readonly from: string;
  readonly to: string;
}

/**
 * A copy of the folder that a changed file lies in, with everything else as links to the checkout, so that types and errors stay the same ones.
 * @returns the path of a file of that folder in the copy, to be imported
 */
export function mutatedModule({ file, from, to }: SourceMutation, wanted: string): string {
  const original = readFileSync(join(checkout, file), 'utf8');
  if (original.split(from).length !== 2) throw new Error(`not once in ${file}: ${from}`);
  const root = temporaryFolder('mutant');
  const folder = dirname(file);
  // Every folder on the way is one of the copy; what lies beside the way is linked.
  let path = '';
  for (const name of ['', ...folder.split(sep)]) {
    path = join(path, name);
    if (path !== '.') mkdirSync(join(root, path), { recursive: true });
    const next = relative(path, folder).split(sep)[0];
    if (path === folder) break;
    for (const entry of readdirSync(join(checkout, path))) {
      if (entry !== next) symlinkSync(join(checkout, path, entry), join(root, path, entry));
    }
  }
  cpSync(join(checkout, folder), join(root, folder), { recursive: true });
  writeFileSync(
    join(root, folder, basename(file)),
    original.replace(from, () => to),
  );
  return join(root, folder, wanted);
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalize } from 'node:path/posix';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** What of a published package is the daemon. */
export interface PackageProgram {
  readonly package: string;
  /** Name of its `bin`; null for its only one, or for `main` if it has none. */
  readonly bin: string | null;
}

/**
 * The entry point of a published package, as esbuild takes it.
 * @param directory the folder with `node_modules`
 * @throws BoardsmithError STEP_FAILED if the package has no such program, or several and none is named
 */
export async function npmEntry(directory: string, { package: name, bin }: PackageProgram): Promise<string> {
  const folder = `node_modules/${name}`;
  const { programs, version } = await readPrograms(join(directory, folder, 'package.json'), name);
  const names = Object.keys(programs).sort();
  const refuse = (what: string): never => {
    throw new BoardsmithError('STEP_FAILED', `${name}@${version} ${what}`, {
      hint:
        names.length > 0
          ? `its programs: ${names.join(', ')}`
          : 'npm view PACKAGE bin shows the programs of a package',
    });
  };
  if (bin !== null && !names.includes(bin)) refuse(`has no program ${bin}`);
  const files = new Set(bin === null ? Object.values(programs) : [programs[bin]!]);
  if (files.size > 1) refuse('has several programs and the recipe names none of them');
  const [file] = files;
  // Without a program it is what `require` finds; esbuild knows those rules.
  if (file === undefined) return name;
  const path = normalize(`${folder}/${file}`);
  if (!path.startsWith(`${folder}/`)) refuse(`has a program outside of its folder: ${file}`);
  return path;
}

async function readPrograms(
  file: string,
  name: string,
): Promise<{ programs: Readonly<Record<string, string>>; version: string }> {
  const { bin = {}, version = '' } = JSON.parse(await readFile(file, 'utf8')) as {
    bin?: string | Record<string, string>;
    version?: string;
  };
  return { programs: typeof bin === 'string' ? { [name.replace(/^.*\//, '')]: bin } : bin, version };
}

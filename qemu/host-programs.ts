import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';

/** Debian packages of the programs that a machine needs. */
const packages: Readonly<Record<string, string>> = {
  'qemu-system-aarch64': 'qemu-system-arm',
  setpriv: 'util-linux',
};

/**
 * Makes sure that QEMU and what starts it are installed, so that the error is not one of a child that never came to be.
 * @throws BoardsmithError HOST_UNSUITABLE
 */
export async function requireHostPrograms(path: string = process.env.PATH ?? ''): Promise<void> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const missing: string[] = [];
  for (const program of Object.keys(packages)) {
    const found = await Promise.all(folders.map((folder) => isExecutable(join(folder, program))));
    if (!found.includes(true)) missing.push(program);
  }
  if (missing.length === 0) return;
  throw new BoardsmithError('HOST_UNSUITABLE', `not installed: ${missing.join(', ')}`, {
    hint: `apt-get install ${missing.map((program) => packages[program]).join(' ')}`,
  });
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

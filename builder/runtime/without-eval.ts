import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Packages that make code from strings as soon as they are loaded, which the program's flags forbid, with the file of the same package
 * that does not. depd is what Express, body-parser and send mark deprecated functions with; its build for browsers marks nothing.
 */
const evalFreeFiles: Readonly<Record<string, string>> = { depd: 'lib/browser/index.js' };

/** esbuild's flags that put those files in. @param directory the folder with `node_modules` */
export function evalFreeAliases(directory: string): string[] {
  return Object.entries(evalFreeFiles)
    .filter(([name, file]) => existsSync(join(directory, 'node_modules', name, file)))
    .map(([name, file]) => `--alias:${name}=${name}/${file}`);
}

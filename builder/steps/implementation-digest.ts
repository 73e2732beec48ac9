import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const importStatement = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const builderRoot = fileURLToPath(new URL('..', import.meta.url));
/** Wording of errors shapes no byte of an image. */
const errorRoom = join(builderRoot, 'error');

/**
 * sha256 over the code behind a step: its module, all modules that it imports, and the versions of the npm packages they import.
 * Code that only describes types does not count.
 * @param module absolute path of the step's module
 */
export function implementationDigest(module: string): string {
  const files = new Map<string, string>();
  const packages = new Set<string>();
  const pending = [module];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file) || file.startsWith(errorRoom)) continue;
    const text = readFileSync(file, 'utf8');
    files.set(file, createHash('sha256').update(text).digest('hex'));
    for (const [, specifier = ''] of text.matchAll(importStatement)) {
      if (specifier.startsWith('.')) pending.push(resolve(dirname(file), specifier));
      else if (!specifier.startsWith('node:')) packages.add(packageVersion(specifier, file));
    }
  }
  const lines = [...files].map(([file, digest]) => `${placeOf(file)} ${digest}`);
  return createHash('sha256')
    .update([...lines, ...packages].sort().join('\n'))
    .digest('hex');
}

/** A module's path without this machine's folders: below builder/, or below the checkout for other rooms. */
function placeOf(file: string): string {
  if (file.startsWith(builderRoot)) return file.slice(builderRoot.length);
  return relative(join(builderRoot, '..'), file);
}

function packageVersion(specifier: string, importer: string): string {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  for (const folder of createRequire(importer).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')) as {
        version: string;
      };
      return `${name}@${version}`;
    } catch {
      // Not in this node_modules; the next one up may have it.
    }
  }
  throw new Error(`${importer} imports ${specifier}, which is not installed`);
}

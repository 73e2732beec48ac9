import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { StepInput } from './step.ts';

/**
 * Files below a folder, by content, as an input of a step.
 * @param root absolute folder
 * @param label see StepInput
 * @param wanted decides by the path relative to root (POSIX separators)
 */
export function snapshotSources(root: string, label: string, wanted: (path: string) => boolean): StepInput {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(wanted)
    .sort();
  const files = paths.map((path) => ({
    path,
    sha256: createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex'),
  }));
  return { from: 'source', label, root, files };
}

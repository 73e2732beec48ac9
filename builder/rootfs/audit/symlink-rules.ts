import { dirname, join } from 'node:path/posix';
import type { TreeSymlink } from '../tree.ts';
import type { Audit } from './audit.ts';
import type { Finding } from './finding.ts';

/** Over these folders init mounts something (overlays/init/README.md). */
const usualMountPoints = ['/data', '/dev', '/proc', '/run', '/sys', '/tmp'];

/** Every symlink points to something in the tree, or below a folder over which something is mounted. */
export function auditSymlinks(audit: Audit): Finding[] {
  return audit.tree.flatMap((entry) => {
    const problem = entry.type === 'symlink' ? symlinkProblem(entry, audit) : undefined;
    if (problem === undefined) return [];
    return [
      {
        path: entry.path,
        rule: 'broken-symlink',
        message: problem,
        remedy: 'correct its target or take it out',
      },
    ];
  });
}

function symlinkProblem({ path, target }: TreeSymlink, { paths, options }: Audit): string | undefined {
  if (target === '') return 'it points nowhere';
  if (climbsOut(dirname(path), target)) return `it points outside the tree: ${target}`;
  const found = paths.resolve(path);
  if (found.kind === 'found') return undefined;
  if (found.kind === 'loop') return `it points back at itself: ${target}`;
  const mountPoints = options.mountPoints ?? usualMountPoints;
  const mounted = mountPoints.some(
    (folder) => found.place.startsWith(`${folder}/`) && paths.resolve(folder).kind === 'found',
  );
  return mounted ? undefined : `it points to ${join(found.place)}, which is not there`;
}

/** A relative target with more `..` than there are folders above it. */
function climbsOut(folder: string, target: string): boolean {
  let depth = target.startsWith('/') ? 0 : folder.split('/').filter(Boolean).length;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

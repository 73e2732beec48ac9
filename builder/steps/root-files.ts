import type { AuditedFile } from '../rootfs/audit/audited-file.ts';
import type { Tree } from '../rootfs/tree.ts';
import type { ManifestRootFile } from './image-manifest.ts';

/** Every file, link and folder of a root, as the manifest lists it. @param files what the audit read of them, by path */
export function describeRoot(tree: Tree, files: ReadonlyMap<string, AuditedFile>): ManifestRootFile[] {
  return tree.map((entry) => {
    const file = files.get(entry.path);
    return {
      path: entry.path,
      type: entry.type,
      mode: entry.mode.toString(8).padStart(4, '0'),
      origin: entry.origin,
      size: file?.size ?? 0,
      sha256: file?.sha256 ?? null,
    };
  });
}

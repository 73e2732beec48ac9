import { createHash } from 'node:crypto';
import { readContent } from '../rootfs/file-content.ts';
import type { Tree } from '../rootfs/tree.ts';
import type { ManifestRootFile } from './image-manifest.ts';

/** Every file, link and folder of a root, as the manifest lists it. */
export async function describeRoot(tree: Tree): Promise<ManifestRootFile[]> {
  const files: ManifestRootFile[] = [];
  for (const entry of tree) {
    const common = {
      path: entry.path,
      type: entry.type,
      mode: entry.mode.toString(8).padStart(4, '0'),
      origin: entry.origin,
    };
    if (entry.type === 'file') {
      const bytes = await readContent(entry);
      files.push({ ...common, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    } else {
      files.push({ ...common, size: 0, sha256: null });
    }
  }
  return files;
}

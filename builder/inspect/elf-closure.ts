import { auditedFiles } from '../rootfs/audit/audited-file.ts';
import { muslSystemPath, searchLibraries } from '../rootfs/audit/library-search.ts';
import { TreePaths } from '../rootfs/audit/tree-paths.ts';
import type { Tree } from '../rootfs/tree.ts';
import type { ReportedElf } from './image-report.ts';

/** Every ELF file of a root with its loader and the files that musl's loader would take for what it needs, sorted by path. */
export async function elfClosure(tree: Tree): Promise<ReportedElf[]> {
  const files = await auditedFiles(tree);
  const paths = new TreePaths(tree);
  const found: ReportedElf[] = [];
  for (const [path, { elf }] of files) {
    if (elf === null) continue;
    const text = async (name: string): Promise<string | undefined> => {
      const entry = files.get(paths.file(name) ?? '')?.entry;
      return entry !== undefined && 'bytes' in entry.content
        ? Buffer.from(entry.content.bytes).toString()
        : undefined;
    };
    const { loaded } = searchLibraries(path, files, paths, await muslSystemPath(elf.interpreter ?? '', text));
    const needs = elf.needed.map((library) => ({
      library,
      path:
        [...loaded].find((file) => file.endsWith(`/${library}`)) ?? paths.file(`/usr/lib/${library}`) ?? null,
    }));
    const { role, machine, interpreter } = elf;
    found.push({ path, role, machine, interpreter, needs });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

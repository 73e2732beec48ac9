import { inThread } from '../../lock/byte-threads/byte-threads.ts';
import { contentOf, type FileContent } from '../../lock/byte-threads/file-content.mjs';
import { ElfError } from '../elf/byte-reader.ts';
import { type Elf, isElf, readElf } from '../elf/read-elf.ts';
import { readContent } from '../file-content.ts';
import type { Tree, TreeFile } from '../tree.ts';
import { interpreterByContent, tellingTexts } from './interpreter-signatures.ts';

/** What the rules need to know of a file; its bytes are not kept. */
export interface AuditedFile {
  readonly entry: TreeFile;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** null if it is no ELF file, or a malformed one. */
  readonly elf: Elf | null;
  readonly elfProblem: string | null;
  /** First line of a script without `#!`, or null. */
  readonly script: string | null;
  /** The shell or interpreter that its content gives away, or null. */
  readonly interpreter: string | null;
}

/** Reads every file of a tree once. @returns by path */
export async function auditedFiles(tree: Tree): Promise<ReadonlyMap<string, AuditedFile>> {
  const files = new Map<string, AuditedFile>();
  for (const entry of tree) if (entry.type === 'file') files.set(entry.path, await auditedFile(entry));
  return files;
}

async function auditedFile(entry: TreeFile): Promise<AuditedFile> {
  const { bytes, sha256, places } = await lookedAt(entry);
  const script =
    bytes.toString('latin1', 0, 2) === '#!' ? bytes.toString('utf8', 2, 200).split('\n')[0]!.trim() : null;
  const content = { entry, size: bytes.length, sha256, script };
  if (!isElf(bytes)) return { ...content, elf: null, elfProblem: null, interpreter: null };
  const interpreter = interpreterByContent(bytes, places);
  try {
    return { ...content, elf: readElf(bytes), elfProblem: null, interpreter };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    return { ...content, elf: null, elfProblem: error.message, interpreter };
  }
}

/** A file of this machine is looked at in a thread: a program has 100 MB, and meanwhile it is fed to the maker of the file system. */
async function lookedAt(entry: TreeFile): Promise<FileContent & { readonly bytes: Buffer }> {
  if ('bytes' in entry.content) {
    const bytes = await readContent(entry);
    return { bytes, ...contentOf(bytes, tellingTexts) };
  }
  const looking = inThread('fileContent', [entry.content.file, tellingTexts]);
  // If it cannot be read, the reading here says so in more words.
  looking.catch(() => {});
  const bytes = await readContent(entry);
  return { bytes, ...(await looking) };
}

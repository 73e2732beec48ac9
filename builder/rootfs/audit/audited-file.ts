import { createHash } from 'node:crypto';
import { ElfError } from '../elf/byte-reader.ts';
import { type Elf, isElf, readElf } from '../elf/read-elf.ts';
import { readContent } from '../file-content.ts';
import type { Tree, TreeFile } from '../tree.ts';
import { interpreterByContent } from './interpreter-signatures.ts';

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
  const bytes = await readContent(entry);
  const script =
    bytes.toString('latin1', 0, 2) === '#!' ? bytes.toString('utf8', 2, 200).split('\n')[0]!.trim() : null;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const content = { entry, size: bytes.length, sha256, script };
  if (!isElf(bytes)) return { ...content, elf: null, elfProblem: null, interpreter: null };
  const interpreter = interpreterByContent(bytes);
  try {
    return { ...content, elf: readElf(bytes), elfProblem: null, interpreter };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    return { ...content, elf: null, elfProblem: error.message, interpreter };
  }
}

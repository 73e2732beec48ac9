import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { SourceOfBoard } from '../resolved-board.ts';
import type { BoardFacts } from './board-fields.ts';

/** @param file absolute path of the board's file @param written what it holds, of any shape */
export async function gatherBoardFacts(file: string, written: unknown): Promise<BoardFacts> {
  const fragmentOf = async (part: 'kernel' | 'bootloader'): Promise<SourceOfBoard | string | null> => {
    const parts = written as Readonly<Record<string, { source?: { fragment?: unknown } } | null>> | null;
    const fragment = parts?.[part]?.source?.fragment;
    return typeof fragment === 'string' ? await readNamed(resolve(dirname(file), fragment)) : null;
  };
  return {
    file,
    fragments: { kernel: await fragmentOf('kernel'), bootloader: await fragmentOf('bootloader') },
  };
}

async function readNamed(file: string): Promise<SourceOfBoard | string> {
  try {
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return { directory: dirname(file), path: basename(file), sha256 };
  } catch (error) {
    return (error as Error).message;
  }
}

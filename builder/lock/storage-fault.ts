import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';

/** Faults of a place that no other place need have: errno names and what they mean for a person. */
const reasons: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  ENOSPC: 'its file system is full',
  EDQUOT: "this user's share of its file system is used up",
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
};
/** Those that are the place's fault wherever below it they come up. */
const anywhere = ['EROFS', 'ENOSPC', 'EDQUOT'];
/** How programs of others put them. */
const said: readonly (readonly [RegExp, string])[] = [
  [/\bEROFS\b|read-only file ?system/i, 'EROFS'],
  [/\bENOSPC\b|no space left on device/i, 'ENOSPC'],
  [/\bEDQUOT\b|disk quota exceeded/i, 'EDQUOT'],
];

/** Codes of errors whose message may be a program's. */
const toldByPrograms: readonly string[] = ['STEP_FAILED', 'INPUT_UNAVAILABLE', 'INPUT_CORRUPT'];

/** A folder that people choose. */
export interface ChosenFolder {
  readonly path: string;
  /** What it is for: `the cache folder`. */
  readonly role: string;
  /** The option that chooses it: `--cache`. */
  readonly option: string;
}

/** The cache folder at a path. */
export function cacheFolderAt(path: string): ChosenFolder {
  return { path, role: 'the cache folder', option: '--cache' };
}

/** The output folder at a path. */
export function outputFolderAt(path: string): ChosenFolder {
  return { path, role: 'the output folder', option: '--out' };
}

/**
 * Finds out, without writing anything, whether a folder can be written, or made if it is not there.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function requireWritable(folder: ChosenFolder): Promise<void> {
  for (let place = folder.path; ; place = dirname(place)) {
    try {
      if (!(await stat(place)).isDirectory()) throw unwritable(folder, `${place} is a file`);
      await access(place, constants.W_OK | constants.X_OK);
      return;
    } catch (error) {
      if (error instanceof BoardsmithError) throw error;
      const { code = '' } = error as NodeJS.ErrnoException;
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
      if (!isMissing || place === dirname(place)) {
        throw unwritable(folder, reasons[code] ?? (error as Error).message, error);
      }
    }
  }
}

/**
 * What went wrong below a folder, if it is the folder's own fault: full or read-only. Also what a program of others said, and an error
 * whose cause it is.
 * @returns BoardsmithError FILE_UNUSABLE, or null
 */
export function storageFault(error: unknown, folder: ChosenFolder): BoardsmithError | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    const code = (one as NodeJS.ErrnoException).code ?? '';
    if (anywhere.includes(code)) return unwritable(folder, reasons[code]!, error);
  }
  if (!(error instanceof BoardsmithError) || !toldByPrograms.includes(error.code)) return null;
  const [, code] = said.find(([words]) => words.test(error.message)) ?? [];
  return code === undefined ? null : unwritable(folder, reasons[code]!, error);
}

/** Runs a task that writes below a folder. @throws storageFault, or what the task throws */
export async function writingTo<Result>(folder: ChosenFolder, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    throw storageFault(error, folder) ?? error;
  }
}

/** The refusal of a folder that cannot be written. */
export function unwritable(
  { path, role, option }: ChosenFolder,
  why: string,
  cause?: unknown,
): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${role} ${path} cannot be written: ${why}`, {
    hint: `make room or name another folder: ${option} DIR`,
    ...(cause === undefined ? {} : { cause }),
  });
}

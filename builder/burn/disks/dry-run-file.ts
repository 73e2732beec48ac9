import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readFile, rm } from 'node:fs/promises';
import { BoardsmithError } from '../../error/boardsmith-error.ts';

/** A file that stands for a card. */
export interface DryRunFile {
  readonly file: string;
  /** Whether it was there before. */
  readonly exists: boolean;
}

/**
 * A note beside the file says that a dry run wrote it, so that the next may write over it: the file's inode, and, once the run is over, when it was
 * last changed. A file that came to the same name later, or that somebody changed since, is not the dry run's any more.
 */
const noteOf = (file: string): string => `${file}.dry-run`;
const heading = 'boardsmith dry run 1';

/** Whether a file may be written over. @returns why not, or null */
export async function judgeDryRunFile(
  file: string,
  overwrite: boolean,
): Promise<{ readonly refusal: string | null }> {
  const stats = await lstat(file, { bigint: true }).catch(() => null);
  if (stats === null || overwrite) return { refusal: null };
  const note = await readFile(noteOf(file), 'utf8').catch(() => null);
  if (note === null) return { refusal: 'it is there, and no dry run wrote it' };
  if (note === noteText(stats, 'unfinished') || note === noteText(stats, 'finished'))
    return { refusal: null };
  return { refusal: 'it is there, and was changed since a dry run wrote it' };
}

/**
 * Notes that a dry run begins to write a file; before the first byte is written, after the file was made.
 * @throws BoardsmithError FILE_UNUSABLE
 */
export async function beginDryRun(file: string): Promise<void> {
  await writeNote(file, 'unfinished');
}

/** Notes that a dry run has written a file; after it was closed. @throws BoardsmithError FILE_UNUSABLE */
export async function endDryRun(file: string): Promise<void> {
  await writeNote(file, 'finished');
}

function noteText({ ino, mtimeNs }: BigIntStats, state: 'unfinished' | 'finished'): string {
  return `${heading}\ninode ${ino}\n${state === 'finished' ? `changed ${mtimeNs}` : 'unfinished'}\n`;
}

async function writeNote(file: string, state: 'unfinished' | 'finished'): Promise<void> {
  const note = noteOf(file);
  try {
    const text = noteText(await lstat(file, { bigint: true }), state);
    // Anew, so that a link of that name leads nowhere.
    await rm(note, { force: true });
    const { O_WRONLY, O_CREAT, O_EXCL } = constants;
    const handle = await open(note, O_WRONLY | O_CREAT | O_EXCL, 0o600);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot note beside ${file} that it is of a dry run`, {
      hint: 'name a file in a folder that this user may write',
      cause,
    });
  }
}

import { basename } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';

const hint =
  'the file is the locked one, so it was published like this: pin another with boardsmith lock --renew';

/** The refusal of an archive that is malformed or would write where it must not. */
export function refusedArchive(archive: string, what: string): BoardsmithError {
  return new BoardsmithError('INPUT_CORRUPT', `${basename(archive)}: ${what}`, { hint });
}

/** Runs an unpacking; what goes wrong in it, unless it is stopped, is a BoardsmithError that names the archive. */
export async function unpacking(archive: string, unpack: () => Promise<void>): Promise<void> {
  try {
    await unpack();
  } catch (error) {
    if (error instanceof BoardsmithError || isAbort(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new BoardsmithError('INPUT_CORRUPT', `${basename(archive)} cannot be unpacked: ${message}`, {
      hint,
      cause: error,
    });
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

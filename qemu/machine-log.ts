import { open } from 'node:fs/promises';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';

/** The record of one run: the exact command line first, then every console line with its time since power-on, then how it ended. */
export interface MachineLog {
  write(line: string): void;
  close(): Promise<void>;
}

/** @throws BoardsmithError FILE_UNUSABLE if the file cannot be written */
export async function openMachineLog(path: string): Promise<MachineLog> {
  const handle = await open(path, 'w').catch((cause: unknown) => {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write the log ${path}`, {
      cause,
      hint: 'name another file, or make its folder',
    });
  });
  const stream = handle.createWriteStream();
  // A disk that fills up costs the log, not the machine.
  stream.on('error', () => {});
  return {
    write: (line) => void stream.write(`${line}\n`),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}

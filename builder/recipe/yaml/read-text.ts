import { constants, open } from 'node:fs/promises';

/** A recipe has a few hundred lines at most; what is larger is another file, or meant to do harm. */
export const largestFile = 64 * 1024;

/** Text of a file, or why there is none. */
export type TextOutcome =
  | { readonly text: string }
  | {
      readonly rule: string;
      readonly line: number;
      readonly column: number;
      readonly message: string;
      readonly remedy: string;
    };

/** Reads a YAML file as UTF-8. Never throws for what the file is or holds. */
export async function readText(file: string): Promise<TextOutcome> {
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return refuse(
      'file-readable',
      code === 'ENOENT' ? 'there is no such file' : message,
      'give the path of a YAML file',
    );
  }
  if (bytes.length > largestFile) {
    return refuse(
      'file-size',
      `the file has more than ${largestFile / 1024} KiB`,
      'give a recipe or board file',
    );
  }
  return decode(bytes);
}

async function readRegularFile(file: string): Promise<Buffer> {
  // Without O_NONBLOCK, opening a FIFO waits for somebody who writes to it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    // A FIFO or a device would never end.
    if (!(await handle.stat()).isFile()) throw new Error('it is no regular file');
    const buffer = Buffer.alloc(largestFile + 1);
    let length = 0;
    for (let count = -1; count !== 0 && length < buffer.length; length += count) {
      count = (await handle.read(buffer, length, buffer.length - length, null)).bytesRead;
    }
    return buffer.subarray(0, length);
  } finally {
    await handle.close();
  }
}

function decode(bytes: Buffer): TextOutcome {
  try {
    // A byte order mark is dropped, so that offsets count from the first letter.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const lines = new TextDecoder('utf-8').decode(bytes).split('\n');
    const line = lines.findIndex((text) => text.includes('\uFFFD'));
    return {
      ...refuse('file-utf8', 'the file is not UTF-8 text', 'save it as UTF-8'),
      line: line + 1,
      column: lines[line]!.indexOf('\uFFFD') + 1,
    };
  }
}

function refuse(rule: string, message: string, remedy: string): TextOutcome & { rule: string } {
  return { rule, line: 1, column: 1, message, remedy };
}

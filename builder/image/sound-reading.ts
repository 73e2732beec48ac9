import { BoardsmithError } from '../error/boardsmith-error.ts';

/**
 * Reads a file system. What unpackers and buffers throw for bytes that make no sense becomes one kind of error.
 * @throws BoardsmithError FILE_UNUSABLE, or another that `read` threw
 */
export async function soundReading<Value>(read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof BoardsmithError) throw cause;
    throw new BoardsmithError(
      'FILE_UNUSABLE',
      `the root file system cannot be read: ${(cause as Error).message}`,
      {
        hint: 'the image is damaged, or no image of boardsmith build',
        cause,
      },
    );
  }
}

import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { ErrorCode } from '../../builder/error/error-codes.ts';

/** Asserts that a promise is rejected with a BoardsmithError that says what it should. @returns the error */
export async function rejectedWith(
  promise: Promise<unknown>,
  code: ErrorCode,
  message: RegExp,
): Promise<BoardsmithError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.instance(error, BoardsmithError);
  const refusal = error as BoardsmithError;
  assert.is(refusal.code, code);
  assert.match(refusal.message, message);
  return refusal;
}

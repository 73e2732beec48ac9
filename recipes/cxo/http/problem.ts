import { errorCode } from '../storage/file-system.ts';
import { CorruptObject, NoSpace, TooLarge, WrongDigest } from '../storage/storage-errors.ts';

/** A request that cannot be fulfilled: its status, a short name for programs and a sentence for people. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly slug: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    slug: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.slug = slug;
    this.headers = headers;
  }

  toJSON(): { error: string; message: string } {
    return { error: this.slug, message: this.message };
  }
}

/** The connection ended before the request did: there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** What an error of the store or of the daemon means for the client. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof WrongDigest) {
    return new Problem(
      422,
      'wrong-digest',
      `${error.message}, not the one in the address; nothing was stored`,
    );
  }
  if (error instanceof TooLarge) return new Problem(413, 'too-large', error.message);
  if (error instanceof NoSpace) {
    return new Problem(507, 'no-space', `${error.message}; delete objects, then put this one again`);
  }
  if (error instanceof CorruptObject) {
    return new Problem(
      500,
      'object-damaged',
      `the stored copy is damaged (${error.message}) and is not served; put the object again to repair it`,
    );
  }
  const code = errorCode(error);
  return new Problem(
    500,
    code === '' ? 'internal' : 'storage-failed',
    code === ''
      ? 'an error in the daemon; its log has a line about it'
      : `the disk reports ${code}; the daemon's log has a line about it`,
    {},
    error,
  );
}

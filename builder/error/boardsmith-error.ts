import type { ErrorCode } from './error-codes.ts';

/** What a BoardsmithError carries besides its message. */
export interface ErrorDetails {
  /** The next thing to do, usually a command to run. One line. */
  readonly hint: string;
  /** The error that led to this one; always kept. */
  readonly cause?: unknown;
  /** For mistakes in files: one `file:line:column: what is wrong, and what to do` an element. */
  readonly problems?: readonly string[];
}

/** Codes of what a person did on purpose: there may be no next thing to do. */
type HintlessCode = 'INTERRUPTED';

/** The only error type that leaves a room on purpose. Anything else that reaches the command line is a bug in Boardsmith. */
export class BoardsmithError extends Error {
  override readonly name = 'BoardsmithError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly problems: readonly string[];

  constructor(code: HintlessCode, message: string, details?: Partial<ErrorDetails>);
  constructor(code: ErrorCode, message: string, details: ErrorDetails);
  constructor(code: ErrorCode, message: string, details: Partial<ErrorDetails> = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.problems = details.problems ?? [];
  }

  /** The shape that `--json` prints. */
  toJSON(): Record<string, unknown> {
    return { error: this.code, message: this.message, hint: this.hint, problems: this.problems };
  }
}

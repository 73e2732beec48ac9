/**
 * Every code that a BoardsmithError can have, with the exit code of the process that ends with it.
 * This is the one table of exit codes; docs/errors.md is held to it by a test.
 */
export const exitCodes = {
  /** Wrong command line. */
  USAGE: 2,
  /** A recipe, board or cluster file has mistakes. */
  RECIPE_INVALID: 3,
  /** boardsmith.lock is missing, malformed or does not cover what is to be built. */
  LOCK_INVALID: 4,
  /** A locked input cannot be had: gone from the mirror, or no network and not in the cache. */
  INPUT_UNAVAILABLE: 5,
  /** An input's bytes are not the locked ones. */
  INPUT_CORRUPT: 6,
  /** A step of a build failed. */
  STEP_FAILED: 7,
  /** The image holds something that it must not hold. */
  AUDIT_FAILED: 8,
  /** The image did not boot, or did not do what it must. */
  BOOT_FAILED: 9,
  /** This machine lacks something (a program, an architecture, space). */
  HOST_UNSUITABLE: 10,
  /** A file that was to be read is not there or not what it should be. */
  FILE_UNUSABLE: 11,
  /** A key's file cannot be used: not a key, a wrong password, or not the one that was asked for. */
  KEY_UNUSABLE: 12,
  /** A release is not what its signers signed, has too few good signatures, or is older than one that is known. */
  RELEASE_INVALID: 13,
  /** A disk that must not be written, or that was not clearly named. Nothing was written. */
  DISK_REFUSED: 14,
  /** A card that cannot hold what was written, was pulled out, or is smaller than it says. */
  CARD_BAD: 15,
  /** The list of units, a batch's certificate or an identity has mistakes. */
  UNITS_INVALID: 16,
  /** A ledger does not hold together: a line was changed, taken out or not signed. */
  LEDGER_INVALID: 17,
  /** Stopped by the user (Ctrl-C), as shells count it: 128 + SIGINT. */
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** Exit code for anything that is not a BoardsmithError: a bug. */
export const internalErrorExitCode = 70;

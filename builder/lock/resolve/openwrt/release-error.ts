import { BoardsmithError } from '../../../error/boardsmith-error.ts';

const hint =
  'nothing of it was kept. Compare with another mirror (BOARDSMITH_OPENWRT_MIRROR); if both say so, do not build from this release';

/** A release that is not what its signatures, its own lists or its known pins say. */
export function refusedRelease(what: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('INPUT_CORRUPT', what, { hint, cause });
}

/** Something that is wrong with a release or with what was burnt from it. */
export interface ReleaseProblem {
  readonly kind: ProblemKind;
  /** A path in the release folder, a field of the manifest, or a partition of a card. */
  readonly where: string;
  /** A sentence that goes on after `where:`. */
  readonly message: string;
}

export type ProblemKind =
  /** No signature, a bad one, or too few good ones. */
  | 'signature'
  /** The manifest is none, or not in canonical form. */
  | 'manifest'
  /** The manifest contradicts itself, or a file beside it. */
  | 'contradiction'
  /** A file is not there. */
  | 'missing'
  /** A file that nobody signed. */
  | 'extra'
  /** A link, a device or a folder in the place of a file. */
  | 'no-file'
  /** Bytes that are not the signed ones. */
  | 'changed'
  /** A packed image that holds another one than it should. */
  | 'image'
  /** A card that does not hold the image. */
  | 'card'
  /** Older than a release that is known, or another one of the same number. */
  | 'old';

/** As one line. */
export function problemLine({ where, message }: ReleaseProblem): string {
  return `${where}: ${message}`;
}

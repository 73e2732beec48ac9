/** What the audit can object to. */
export type AuditRule =
  | 'glibc'
  | 'foreign-architecture'
  | 'malformed-elf'
  | 'missing-interpreter'
  | 'unresolved-library'
  | 'unneeded-library'
  | 'shell-or-interpreter'
  | 'second-daemon'
  | 'special-bits'
  | 'writable'
  | 'broken-symlink'
  | 'unasked-file'
  | 'missing-file'
  | 'unowned'
  | 'unknown-owner';

export interface Finding {
  /** Inside the image. */
  readonly path: string;
  readonly rule: AuditRule;
  /** What is wrong, a sentence without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

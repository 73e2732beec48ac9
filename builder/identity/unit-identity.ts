/**
 * What the identity partition of a burnt card holds. A chain of two signatures: an authority, whose key is in the image, signs the
 * certificate of a batch; the key that the certificate names signs each unit's record. Both texts are strict lines (LF, printable, fixed order), so that
 * the reader in C stays small and a person can read them; both signatures are minisign's prehashed Ed25519 (over BLAKE2b-512 of the text), so that
 * `minisign -V` verifies a certificate's file too.
 *
 *   offset  bytes
 *   0       8      `BSIDENT1`
 *   8       4      length of the certificate's text, little endian, at most 4096
 *   12      4      length of the record's text, little endian, at most 262144
 *   16      64     signature of the certificate by an authority
 *   80      64     signature of the record by the batch's key
 *   144            the certificate's text, then the record's text; zeros to the end of the partition
 *
 * A partition of zeros alone is a unit without an identity: an image that needs none (no required setting or secret) starts with its defaults, any other is refused.
 */
export const identityMagic = 'BSIDENT1';
export const longestCertificate = 4096;
export const longestRecord = 262144;

/**
 * Text:
 *
 *     boardsmith batch certificate 1
 *     manufacturer: Acme Boards
 *     batch: 2026-11-a
 *     serials: ACME-000001..ACME-000500
 *     release: sha256:<64 hex>
 *     key: <64 hex>
 */
export interface BatchCertificate {
  /** 1 to 64 printable characters. */
  readonly manufacturer: string;
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly batch: string;
  readonly serials: SerialRange;
  /** sha256 of the release's manifest.json, lower-case hex. */
  readonly release: string;
  /** Ed25519 public key that signs the records of this batch, lower-case hex. */
  readonly key: string;
}

/** `PREFIX` and a number of fixed width: from ACME-000001 to ACME-000500. */
export interface SerialRange {
  /** 0 to 24 of `A-Z 0-9 -`. */
  readonly prefix: string;
  /** Digits of the number: 1 to 9. */
  readonly digits: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Text (lines without a value are left out; `setting` and `secret` sorted by name; in values `%`, control characters and bytes over 0x7e are `%XX`):
 *
 *     boardsmith unit 1
 *     serial: ACME-000017
 *     image: cxo-qemu-virt
 *     device-key: <64 hex, public>
 *     device-seed: <64 hex>
 *     mac: 52:54:00:77:03:01
 *     cluster: skyminer-4
 *     position: cxo-1
 *     setting: CXO_QUOTA_MIB=100
 *     secret: API_TOKEN=...
 */
export interface UnitIdentity {
  readonly serial: string;
  /** Name of the released image. */
  readonly image: string;
  /** Ed25519, lower-case hex. */
  readonly devicePublicKey: string;
  readonly deviceSeed: string;
  /** Lower case with colons, or null if the board has one of its own. */
  readonly mac: string | null;
  readonly cluster: string | null;
  readonly position: string | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

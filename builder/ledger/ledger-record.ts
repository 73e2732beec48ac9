/**
 * One line of a ledger (`ledger.ndjson`): canonical JSON without spaces. `previous` is the sha256 of the line before (its bytes without the newline; 64 zeros
 * for the first), so a line that is changed, taken out or moved shows. A half line at the end, left by a crash, is no record.
 */
export type LedgerRecord = BatchOpened | UnitBegun | UnitBurnt | BatchClosed;

interface Chained {
  readonly previous: string;
  /** From 1, without gaps. */
  readonly line: number;
  /** RFC 3339 in UTC, whole seconds: a ledger is the one output that holds the clock's time. */
  readonly time: string;
}

export interface BatchOpened extends Chained {
  readonly kind: 'batch-opened';
  readonly manufacturer: string;
  readonly batch: string;
  /** sha256 of the release's manifest.json. */
  readonly release: string;
  readonly releaseName: string;
  readonly releaseNumber: number;
  readonly releaseVersion: string;
  /** Public key of the batch, lower-case hex. */
  readonly key: string;
}

/**
 * Comes before the first byte is written. Without a `unit` line after it nothing says how that card ended: the machine was cut off, and the card may hold the unit.
 */
export interface UnitBegun extends Chained {
  readonly kind: 'unit-begun';
  readonly batch: string;
  readonly serial: string;
  readonly card: string;
  readonly devicePublicKey: string;
  readonly operator: string;
}

export interface UnitBurnt extends Chained {
  readonly kind: 'unit';
  readonly batch: string;
  readonly serial: string;
  readonly image: string;
  /** sha256 of the raw image. */
  readonly imageSha256: string;
  readonly release: string;
  /** What the card says of itself (`CID` or serial, with its model), or the file's name for a dry run. */
  readonly card: string;
  readonly cardSize: number;
  readonly devicePublicKey: string;
  readonly mac: string | null;
  readonly cluster: string | null;
  readonly position: string | null;
  /** Names only: values of settings and secrets are never written here. */
  readonly settings: readonly string[];
  readonly secrets: readonly string[];
  readonly result: 'verified' | 'not-verified' | 'failed';
  /** Of a failed one: what was wrong, with the offset of the first wrong byte where there is one. */
  readonly fault: { readonly what: string; readonly offset: number | null } | null;
  readonly operator: string;
}

export interface BatchClosed extends Chained {
  readonly kind: 'batch-closed';
  readonly batch: string;
  /** Units of the batch, by result. */
  readonly verified: number;
  readonly notVerified: number;
  readonly failed: number;
  /** Ed25519 by the batch's key (minisign's prehashed form, 128 hex digits) over the bytes of this line without this field. */
  readonly signature: string;
}

import { createHash } from 'node:crypto';
import type { BatchOpened, UnitBurnt } from '../ledger-record.ts';

/** What a unit's label says. */
export interface UnitLabel {
  readonly serial: string;
  /** sha256 of the device's public key, 64 upper-case hex digits. */
  readonly fingerprint: string;
  /** What a scanner reads; see `labelCode`. */
  readonly code: string;
  /** For people, the most important first: what it is, whose batch, which release. */
  readonly lines: readonly string[];
}

/**
 * Labels of the units that a ledger holds: one for each serial, of its last good record. A unit whose card failed, or whose card was not read back, gets none.
 * @param burnt in the order of the ledger
 * @param opened the batches that they are of
 * @param wanted serials; null for all
 */
export function unitLabels(
  burnt: readonly UnitBurnt[],
  opened: readonly BatchOpened[],
  wanted: ReadonlySet<string> | null,
): UnitLabel[] {
  const batches = new Map(opened.map((batch) => [batch.batch, batch]));
  const units = new Map<string, UnitBurnt>();
  for (const unit of burnt) {
    if (wanted?.has(unit.serial) === false) continue;
    if (unit.result === 'verified') units.set(unit.serial, unit);
    else units.delete(unit.serial);
  }
  return [...units.values()]
    .sort((a, b) => (a.serial < b.serial ? -1 : 1))
    .map((unit) => {
      const batch = batches.get(unit.batch);
      const fingerprint = fingerprintOf(unit.devicePublicKey);
      return {
        serial: unit.serial,
        fingerprint,
        code: labelCode(unit.serial, fingerprint),
        lines: [
          unit.position === null ? unit.image : `${unit.cluster ?? unit.image} · ${unit.position}`,
          batch === undefined ? unit.batch : `${batch.manufacturer} · ${unit.batch}`,
          ...(batch === undefined ? [] : [`${batch.releaseName} ${batch.releaseVersion}`]),
        ],
      };
    });
}

/**
 * @param publicKey 64 hex digits
 * @returns 64 upper-case hex digits
 */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'hex')).digest('hex').toUpperCase();
}

/** `BOARDSMITH:SERIAL:FINGERPRINT`: of characters that a QR symbol packs closest (ISO/IEC 18004, alphanumeric mode) as long as the serial is. */
export function labelCode(serial: string, fingerprint: string): string {
  return `BOARDSMITH:${serial}:${fingerprint}`;
}

import { BoardsmithError } from '../error/boardsmith-error.ts';
import { verifyPrehashed } from '../signature/ed25519.ts';
import type { PublicKey } from '../signature/keys.ts';
import { examineCertificate } from './certificate-text.ts';
import { type IdentityParts, splitIdentity } from './identity-partition.ts';
import { numberInRange } from './serial-range.ts';
import type { BatchCertificate, UnitIdentity } from './unit-identity.ts';
import { examineUnit } from './unit-text.ts';

/** What an identity must fit, as far as the one who looks knows it. */
export interface IdentityExpectation {
  /** Keys that may sign a certificate. null: whoever looks has none, and its signature is not judged. */
  readonly authorities: readonly PublicKey[] | null;
  /** Name of the image on the card; null if it is not known. */
  readonly image: string | null;
  /** sha256 of the manifest of the release on the card; null if it is not known. */
  readonly release: string | null;
}

export interface IdentityJudgement {
  /** `none`: zeros alone. `sound`: all that was expected holds. `refused`: init would refuse it, or it does not belong to the release. */
  readonly verdict: 'none' | 'sound' | 'refused';
  /** Everything that is wrong, a sentence each; no value of a setting or secret is in them. */
  readonly problems: readonly string[];
  /** As far as the texts could be read, whether or not their signatures are good. */
  readonly certificate: BatchCertificate | null;
  /** Holds secrets; `shownUnit` leaves them out. */
  readonly unit: UnitIdentity | null;
  /** Whose signature the certificate has; null if none of those was given. */
  readonly authority: PublicKey | null;
}

/**
 * Holds the bytes of an identity partition against what is expected, and finds everything that is wrong.
 * @param bytes the whole partition
 */
export function judgeIdentity(bytes: Uint8Array, expected: IdentityExpectation): IdentityJudgement {
  const nothing = { certificate: null, unit: null, authority: null };
  let parts: IdentityParts | null;
  try {
    parts = splitIdentity(bytes);
  } catch (error) {
    if (!(error instanceof BoardsmithError)) throw error;
    return { ...nothing, verdict: 'refused', problems: error.problems.map((what) => `identity: ${what}`) };
  }
  if (parts === null) return { ...nothing, verdict: 'none', problems: [] };
  const { certificate, problems: ofCertificate } = examineCertificate(parts.certificate.text, 'certificate');
  const { unit, problems: ofUnit } = examineUnit(parts.record, 'unit');
  const { text, signature } = parts.certificate;
  const authority =
    expected.authorities?.find(({ bytes: key }) => verifyPrehashed(text, signature, key)) ?? null;
  const problems = [...ofCertificate, ...ofUnit];
  if (expected.authorities !== null && authority === null) {
    problems.push('certificate: no authority that was given signed it');
  }
  if (certificate !== null) {
    if (!verifyPrehashed(parts.record, parts.recordSignature, Buffer.from(certificate.key, 'hex'))) {
      problems.push('unit: the key of its batch did not sign it');
    }
    if (expected.release !== null && certificate.release !== expected.release) {
      problems.push('certificate: it is for another release');
    }
  }
  if (certificate !== null && unit !== null && numberInRange(certificate.serials, unit.serial) === null) {
    problems.push(`unit: ${unit.serial} is no serial of batch ${certificate.batch}`);
  }
  if (unit !== null && expected.image !== null && unit.image !== expected.image) {
    problems.push(`unit: it is for the image ${unit.image}, not ${expected.image}`);
  }
  return { verdict: problems.length === 0 ? 'sound' : 'refused', problems, certificate, unit, authority };
}

/** What may be shown of a unit: no seed, and of settings and secrets the names. */
export interface ShownUnit {
  readonly serial: string;
  readonly image: string;
  readonly devicePublicKey: string;
  readonly mac: string | null;
  readonly cluster: string | null;
  readonly position: string | null;
  readonly settings: readonly string[];
  readonly secrets: readonly string[];
}

export function shownUnit(unit: UnitIdentity): ShownUnit {
  const { serial, image, devicePublicKey, mac, cluster, position } = unit;
  const settings = Object.keys(unit.settings).sort();
  return {
    ...{ serial, image, devicePublicKey, mac, cluster, position, settings },
    secrets: Object.keys(unit.secrets).sort(),
  };
}

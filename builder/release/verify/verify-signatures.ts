import type { PublicKey } from '../../signature/keys.ts';
import { parseSignature, signatureFault } from '../../signature/signature-file.ts';
import { isSignatureName, manifestName, signatureName } from '../signature-name.ts';
import type { ReleaseProblem } from './release-problem.ts';

/** A key of those that were given, and what it signed. */
export interface GoodSignature {
  readonly keyId: string;
  readonly trustedComment: string;
}

export interface SignatureVerdict {
  readonly good: readonly GoodSignature[];
  /** Numbers of keys that signed, or claim to, and were not given. */
  readonly strangers: readonly string[];
  readonly problems: readonly ReleaseProblem[];
}

/**
 * Holds all signatures of a manifest against the keys that were given.
 * @param signatures texts by their name in the release folder
 * @param threshold how many different keys must have signed
 */
export function verifySignatures(
  manifest: Uint8Array,
  signatures: ReadonlyMap<string, string>,
  keys: readonly PublicKey[],
  threshold: number,
): SignatureVerdict {
  const good = new Map<string, GoodSignature>();
  const strangers: string[] = [];
  const problems: ReleaseProblem[] = [];
  const say = (where: string, message: string): void => {
    problems.push({ kind: 'signature', where, message });
  };
  for (const [name, text] of [...signatures].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isSignatureName(name)) continue;
    const signature = parseSignature(text);
    if (typeof signature === 'string') {
      say(name, signature);
      continue;
    }
    const { keyId, trustedComment } = signature;
    if (name !== signatureName(keyId)) say(name, `it holds a signature of the key ${keyId}`);
    const candidates = keys.filter(({ id }) => id === keyId);
    if (candidates.length === 0) {
      strangers.push(keyId);
      continue;
    }
    const faults = candidates.map((key) => signatureFault(manifest, signature, key));
    const signer = candidates[faults.indexOf(null)];
    if (signer === undefined) say(name, `the signature is bad: ${faults[0]}`);
    // One key counts once, under however many names it comes.
    else good.set(Buffer.from(signer.bytes).toString('hex'), { keyId, trustedComment });
  }
  if (good.size < threshold) {
    const given = keys.map(({ id }) => id).join(', ');
    const others =
      strangers.length === 0
        ? ''
        : `; there are signatures of keys that were not given: ${strangers.join(', ')}`;
    say(
      manifestName,
      good.size === 0
        ? `none of the keys that were given (${given}) signed it${others}`
        : `${good.size} of the keys that were given (${given}) signed it, not ${threshold}${others}`,
    );
  }
  return { good: [...good.values()], strangers, problems };
}

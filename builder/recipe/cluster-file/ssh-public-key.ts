/** A public key as a line of authorized_keys has it. */
export interface SshPublicKey {
  readonly type: string;
  /** The second word, which is the key itself: equal texts are equal keys. */
  readonly key: string;
}

/** Bytes of a point that is not compressed (SEC 1, 2.3.3): 4, then both coordinates. */
const pointLengths: Readonly<Record<string, number>> = { nistp256: 65, nistp384: 97, nistp521: 133 };
/** Less can be factored by who has the means (NIST SP 800-57). */
const leastRsaBits = 2048;

/**
 * Reads a public key of a kind that dropbear takes: `ssh-ed25519 AAAA… comment`. What the bytes hold must be the key that the line says
 * (RFC 4253, 6.6; RFC 8709; RFC 5656), so that a key cut short is found here and not by who cannot log in.
 * @returns the key, or what is wrong, in words
 */
export function readSshPublicKey(line: string): SshPublicKey | string {
  if (/PRIVATE KEY/.test(line))
    return 'this is a part of a private key, which belongs in no file of a cluster';
  const [type = '', key = ''] = line.split(' ');
  const check = checks[type];
  if (check === undefined) {
    return `${type === 'ssh-dss' ? 'a key of the kind ssh-dss is too weak' : 'it does not begin with a kind of key'}: ${Object.keys(checks).join(', ')}`;
  }
  const bytes = Buffer.from(key, 'base64');
  // Node takes anything for base64 and leaves out what is none.
  if (key === '' || bytes.toString('base64') !== key) return 'its second word is not base64';
  const parts = partsOf(bytes);
  if (parts === null) return 'its second word is cut short, or has too much at its end';
  if (parts[0]?.toString('latin1') !== type) return `its second word is no key of the kind ${type}`;
  return check(parts.slice(1)) ?? { type, key };
}

type Check = (parts: readonly Buffer[]) => string | null;

const checks: Readonly<Record<string, Check>> = {
  'ssh-ed25519': (parts) => (parts.length === 1 && parts[0]!.length === 32 ? null : 'it has not 32 bytes'),
  'ssh-rsa': (parts) => {
    if (parts.length !== 2) return 'it has not two numbers';
    const bits = bitLength(parts[1]!);
    return bits >= leastRsaBits ? null : `it has ${bits} bits, and ${leastRsaBits} are the least`;
  },
  ...Object.fromEntries(
    Object.entries(pointLengths).map(([curve, length]): [string, Check] => [
      `ecdsa-sha2-${curve}`,
      (parts) =>
        parts.length === 2 && parts[0]!.toString('latin1') === curve && parts[1]!.length === length
          ? null
          : `it is no point of ${curve}`,
    ]),
  ),
};

/** Strings, each with its length in four bytes before it (RFC 4251, 5). */
function partsOf(bytes: Buffer): Buffer[] | null {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) return null;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    parts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return parts;
}

function bitLength(number: Buffer): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (number.length - first) * 8 - Math.clz32(number[first]!) + 24;
}

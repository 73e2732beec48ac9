import { generateKeyPairSync } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSshPublicKey } from '../../../builder/recipe/cluster-file/ssh-public-key.ts';

const test = suite('public keys of SSH');

/** A line of authorized_keys with parts as RFC 4251 writes strings. */
function line(type: string, ...parts: readonly (Buffer | string)[]): string {
  const all = [type, ...parts].map((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(part));
    return Buffer.concat([length, Buffer.from(part)]);
  });
  return `${type} ${Buffer.concat(all).toString('base64')} operator@desk`;
}

const numberOf = (text: string): Buffer => Buffer.from(text, 'base64url');

function rsa(modulusLength: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const { e, n } = publicKey.export({ format: 'jwk' });
  return line('ssh-rsa', numberOf(e!), Buffer.concat([Buffer.alloc(1), numberOf(n!)]));
}

function point(namedCurve: string): Buffer {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve });
  const { x, y } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), numberOf(x!), numberOf(y!)]);
}

const ed25519 = (): string => {
  const { publicKey } = generateKeyPairSync('ed25519');
  return line('ssh-ed25519', numberOf(publicKey.export({ format: 'jwk' }).x!));
};

for (const [what, key] of [
  ['ed25519', ed25519()],
  ['rsa', rsa(2048)],
  ['p256', line('ecdsa-sha2-nistp256', 'nistp256', point('P-256'))],
  ['p384', line('ecdsa-sha2-nistp384', 'nistp384', point('P-384'))],
  ['p521', line('ecdsa-sha2-nistp521', 'nistp521', point('P-521'))],
  ['no comment', ed25519().replace(' operator@desk', '')],
] as const) {
  test(`taken: ${what}`, () => {
    const [type, text] = key.split(' ');
    assert.equal(readSshPublicKey(key), { type, key: text });
  });
}

for (const [what, key, problem] of [
  ['nothing', '', /does not begin with a kind/],
  ['a kind alone', 'ssh-ed25519', /not base64/],
  ['what is no base64', ed25519().replace(' AAAA', ' AA*A'), /not base64/],
  ['31 bytes', line('ssh-ed25519', Buffer.alloc(31)), /not 32 bytes/],
  ['more at its end', line('ssh-ed25519', Buffer.alloc(32), 'x'), /not 32 bytes/],
  ['a short key', rsa(1024), /has 1024 bits/],
  ['one number', line('ssh-rsa', Buffer.alloc(3, 1)), /not two numbers/],
  ['an empty number', line('ssh-rsa', 'x', ''), /has 0 bits/],
  ['the point of another curve', line('ecdsa-sha2-nistp256', 'nistp384', point('P-384')), /no point of/],
  ['options before it', `command="sh" ${ed25519()}`, /does not begin with a kind/],
  ['a length past the end', ed25519().slice(0, 40), /cut short/],
] as const) {
  test(`refused: ${what}`, () => {
    const read = readSshPublicKey(key);
    assert.type(read, 'string');
    assert.match(read as string, problem);
  });
}

test.run();

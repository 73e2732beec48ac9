import { generateKeyPairSync } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { devicePublicKey, makeDeviceKey, readDeviceKey } from '../../builder/identity/device-key.ts';
import { rejectedWith } from '../support/rejection.ts';

const test = suite('keys of devices');

/** RFC 8032, 7.1, test 1. */
const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

test('the public key of a seed is that of the RFC', () => {
  assert.is(devicePublicKey(seed), publicKey);
});

test('a key is made on the spot, each time another', () => {
  const made = makeDeviceKey();
  assert.is(devicePublicKey(made.seed), made.publicKey);
  assert.is.not(makeDeviceKey().seed, made.seed);
});

test('a key is read as hex and as PEM', () => {
  assert.equal(readDeviceKey(`${seed.toUpperCase()}\n`, 'x'), { seed, publicKey });
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
  const read = readDeviceKey(pem, 'x');
  assert.is(
    read.seed,
    privateKey.export({ format: 'jwk' }).d &&
      Buffer.from(privateKey.export({ format: 'jwk' }).d!, 'base64url').toString('hex'),
  );
});

const { privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const others: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['too few digits', seed.slice(1)],
  ['a key of another kind', rsa.export({ format: 'pem', type: 'pkcs8' }) as string],
  [
    'a public key',
    generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' }) as string,
  ],
  [
    'an encrypted key',
    generateKeyPairSync('ed25519').privateKey.export({
      ...{ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' },
    }) as string,
  ],
];

for (const [name, text] of others) {
  test(`${name} is refused, and not shown`, async () => {
    const attempt = Promise.resolve().then(() => readDeviceKey(text, 'device.key'));
    const error = await rejectedWith(attempt, 'KEY_UNUSABLE', /^device\.key holds no Ed25519 key/);
    assert.is(error.cause, undefined);
    if (text !== '') assert.not.ok(JSON.stringify(error).includes(text.slice(30, 60)));
  });
}

test.run();

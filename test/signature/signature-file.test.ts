import { sign } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { prehash, privateKeyOfSeed, verifyPrehashed } from '../../builder/signature/ed25519.ts';
import {
  parseSignature,
  type Signature,
  signatureFault,
  signatureText,
  signMessage,
} from '../../builder/signature/signature-file.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';

const test = suite('signatures');
const key = generateKey();
const message = Buffer.from('what is released');
const text = signMessage(message, key, 'boardsmith release 7');

function parsed(written: string): Signature {
  const signature = parseSignature(written);
  if (typeof signature === 'string') throw new Error(signature);
  return signature;
}

test('a signature holds against its message and key, and is printed as it was', () => {
  const signature = parsed(text);
  assert.is(signature.keyId, key.publicKey.id);
  assert.is(signature.trustedComment, 'boardsmith release 7');
  assert.is(signatureFault(message, signature, key.publicKey), null);
  assert.is(signatureText(signature), text);
  assert.ok(verifyPrehashed(message, signature.bytes, key.publicKey.bytes));
});

test('one that minisign 0.11 made holds', () => {
  const ofMinisign = parsed(
    [
      'untrusted comment: signature from minisign secret key',
      'RUQJ9WpZ7gmIn5iyfqToM7xEd7vfjAl+jm5BT17iW4Qt+RzUgk3QPDw+gQx3ha8bEXd4XlZ5zfp/0IlIQAyN8gbvBmIZCpYqZAo=',
      'trusted comment: timestamp:1795777287\tfile:f\thashed',
      'Im47DCey/5Ouolb3A2oroY0B8YfYO7ZWDp+eFYJCwB/7+V2ehcbBgF/L/8zHXnHZR93NOCBIJGWMo4YUaY3UAA==',
      '',
    ].join('\n'),
  );
  const bytes = Buffer.from('0c04be664a193f1459b1d506c2e7fa15ab2be775fc0516f6367d53fef2152cec', 'hex');
  assert.is(signatureFault(Buffer.from('hi\n'), ofMinisign, { id: '9F8809EE596AF509', bytes }), null);
});

test('another message, another key, and a number that lies are found', () => {
  const signature = parsed(text);
  const other = generateKey();
  assert.match(
    signatureFault(Buffer.from('what is releasef'), signature, key.publicKey)!,
    /not over these bytes/,
  );
  assert.match(signatureFault(message, signature, other.publicKey)!, /was made with the key/);
  const lying = { ...signature, keyId: other.publicKey.id };
  assert.match(signatureFault(message, lying, other.publicKey)!, /not by this key/);
});

test('every changed bit of both signatures, and any of the trusted comment, is found', () => {
  const signature = parsed(text);
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
    bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
  for (let bit = 0; bit < 512; bit++) {
    const wrong = { ...signature, bytes: flipped(signature.bytes, bit) };
    assert.ok(signatureFault(message, wrong, key.publicKey) !== null, `bit ${bit}`);
    const wrongOverall = { ...signature, overall: flipped(signature.overall, bit) };
    assert.match(signatureFault(message, wrongOverall, key.publicKey)!, /trusted comment/, `bit ${bit}`);
  }
  const wrongComment = { ...signature, trustedComment: 'boardsmith release 8' };
  assert.match(signatureFault(message, wrongComment, key.publicKey)!, /trusted comment/);
});

test('the old form without a hash is refused by name, and the signature of a hash is none of a message', () => {
  const old = Buffer.from(text.split('\n')[1]!, 'base64');
  old.write('Ed', 'latin1');
  const lines = text.split('\n');
  lines[1] = old.toString('base64');
  assert.match(parseSignature(lines.join('\n')) as string, /old form without a hash/);
  // 64 bytes that were never signed as such: the hash of what was.
  assert.ok(signatureFault(prehash(message), parsed(text), key.publicKey) !== null);
});

for (const [what, written, problem] of [
  ['nothing', '', /four lines/],
  ['a fifth line', `${text}x\n`, /four lines/],
  ['a first line without its words', text.replace('untrusted', 'unknown'), /first line/],
  ['a third line without its words', text.replace('\ntrusted', '\nknown'), /third line/],
  ['characters that are no base64', text.replace('\nRU', '\n*U'), /not what minisign writes/],
  ['a file cut short', text.slice(0, -1), /cut off/],
  ['a signature cut short', text.replace(/==\n$/, '\n'), /not what minisign writes/],
  ['another algorithm', text.replace('\nRU', '\nRX'), /algorithm/],
  ['a control character', text.replace('release 7', 'release\u001b7'), /third line/],
] as const) {
  test(`${what} is no signature`, () => {
    const answer = parseSignature(written);
    assert.type(answer, 'string');
    assert.match(answer as string, problem);
  });
}

for (const comment of ['two\nlines', 'x'.repeat(9000)]) {
  test(`a trusted comment that minisign would not read is not written (${comment.length} characters)`, () => {
    assert.throws(
      () => signMessage(message, key, comment),
      (error: unknown) => error instanceof BoardsmithError && error.code === 'USAGE',
    );
  });
}

test('Ed25519 is that of RFC 8032 (its first test)', () => {
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const expected =
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';
  assert.is(sign(null, Buffer.alloc(0), privateKeyOfSeed(seed)).toString('hex'), expected);
});

test.run();

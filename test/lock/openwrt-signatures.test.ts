import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeGpgStatus } from '../../builder/lock/resolve/openwrt/gpg-signature.ts';
import { findSha256 } from '../../builder/lock/resolve/openwrt/sha256sums.ts';
import { usignKeyLine, verifyUsign } from '../../builder/lock/resolve/openwrt/usign.ts';
import { UsignKey, usignText } from '../support/usign-key.ts';

const test = suite("the signatures of a release's checksums");
const key = new UsignKey(Buffer.from('0123456789abcdef', 'hex'));
const message = Buffer.from('checksums\n');
const signature = key.sign(message);
const bytesOf = (text: string): Buffer => Buffer.from(text.split('\n')[1]!, 'base64');

test('usign: the right signature', () => {
  assert.is(verifyUsign(message, signature, key.publicKey), null);
  assert.is(usignKeyLine(key.publicKey), key.publicKey.split('\n')[1]);
});

const altered = (text: string, change: (bytes: Buffer) => Buffer): string =>
  usignText('altered', change(bytesOf(text)));
const flipped = (at: number) => (bytes: Buffer) => {
  bytes[at]! ^= 1;
  return bytes;
};
const bad: readonly (readonly [what: string, signature: string, key: string, verdict: RegExp])[] = [
  ['a flipped bit', altered(signature, flipped(40)), key.publicKey, /^the usign signature is wrong$/],
  ['another key of the same id', signature, new UsignKey(key.id).publicKey, /^the usign signature is wrong$/],
  [
    'another key id in the signature',
    altered(signature, flipped(3)),
    key.publicKey,
    /made with the key 0122456789abcdef, not with 0123456789abcdef/,
  ],
  [
    'another key id in the key',
    signature,
    altered(key.publicKey, flipped(3)),
    /made with the key 0123456789abcdef, not with 0122456789abcdef/,
  ],
  [
    'another algorithm in the signature',
    altered(signature, flipped(1)),
    key.publicKey,
    /signature is not of the algorithm Ed/,
  ],
  [
    'another algorithm in the key',
    signature,
    altered(key.publicKey, flipped(1)),
    /key is not of the algorithm Ed/,
  ],
  [
    'a signature that is too short',
    altered(signature, (bytes) => bytes.subarray(0, 73)),
    key.publicKey,
    /signature has 73 bytes, not 74/,
  ],
  [
    'a signature that is too long',
    altered(signature, (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])),
    key.publicKey,
    /signature has 75 bytes, not 74/,
  ],
  ['a key that is a signature', signature, signature, /key has 74 bytes, not 42/],
  ['one line', signature.split('\n')[1]!, key.publicKey, /does not have two lines/],
  ['three lines', `${signature}more\n`, key.publicKey, /does not have two lines/],
  ['another first line', signature.replace('untrusted', 'trusted'), key.publicKey, /does not begin with/],
  ['what is no base64', signature.replace(/.\n$/, '!\n'), key.publicKey, /is not base64/],
];
for (const [what, given, publicKey, verdict] of bad) {
  test(`usign refuses ${what}`, () => {
    const words = verifyUsign(message, given, publicKey);
    assert.ok(words !== null);
    assert.match(words, verdict);
  });
}

test('usign refuses other bytes', () => {
  assert.is(verifyUsign(Buffer.from('checksums'), signature, key.publicKey), 'the usign signature is wrong');
});

const [ours, theirs, sub] = ['A', 'B', 'C'].map((digit) => digit.repeat(40)) as [string, string, string];
const valid = (signer: string, primary: string): string =>
  `[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 1 someone\n[GNUPG:] VALIDSIG ${signer} 2026-01-01 1 0 4 0 22 8 00 ${primary}\n`;

test("gpgv's words: the primary key counts, whichever of its keys signed", () => {
  assert.is(judgeGpgStatus(true, valid(ours, ours), ours), null);
  assert.is(judgeGpgStatus(true, valid(sub, ours), ours), null);
  assert.match(judgeGpgStatus(true, valid(ours, theirs), ours)!, `by the key ${theirs}, not by ${ours}`);
});

for (const word of ['BADSIG', 'ERRSIG', 'EXPSIG', 'EXPKEYSIG', 'REVKEYSIG', 'NODATA']) {
  test(`gpgv's words: ${word} is refused, also beside a good one`, () => {
    assert.match(judgeGpgStatus(true, `[GNUPG:] ${word} 1\n${valid(ours, ours)}`, ours)!, word);
  });
}

test("gpgv's words: none, and a bad end", () => {
  assert.is(judgeGpgStatus(true, '', ours), 'it has no OpenPGP signature');
  assert.match(judgeGpgStatus(false, valid(ours, ours), ours)!, 'gpgv refuses');
});

const hash = 'a'.repeat(64);
const sums: readonly (readonly [what: string, text: string, answer: RegExp])[] = [
  ['a prefix', `${hash} *name.old\n`, /does not name name$/],
  ['a suffix', `${hash} *old-name\n`, /does not name name$/],
  ['a path', `${hash} *packages/name\n`, /does not name name$/],
  ['other letters', `${hash} *Name\n`, /does not name name$/],
  ['a pattern', `${hash} *n.me\n`, /does not name name$/],
  ['two lines', `${hash} *name\n${'b'.repeat(64)} *name\n`, /names name in 2 lines/],
  ['a hash that is short', `${hash.slice(1)} *name\n`, /line 1 of sha256sums is malformed/],
  ['an empty line', `${hash} *name\n\n${hash} *other\n`, /line 2 of sha256sums is malformed/],
  ['an empty file', '', /line 1 of sha256sums is malformed/],
  ['a space before the name', `${hash} * name\n`, /malformed/],
];
for (const [what, text, answer] of sums) {
  test(`sha256sums: ${what}`, () => {
    const found = findSha256(text, 'name');
    assert.ok('problem' in found);
    assert.match(found.problem, answer);
  });
}

test('sha256sums: the one line', () => {
  assert.equal(findSha256(`${'b'.repeat(64)} *other\n${hash} *name\n`, 'name'), { sha256: hash });
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeIdentity, longestIdentity } from '../../builder/identity/identity-partition.ts';
import { judgeIdentity, shownUnit } from '../../builder/identity/judge-identity.ts';
import type { UnitIdentity } from '../../builder/identity/unit-identity.ts';
import {
  authority,
  batchKey,
  certificateOfTest,
  signedBy,
  stranger,
  unitOfTest,
} from '../support/batch-trial.ts';
import { rejectedWith } from '../support/rejection.ts';

const test = suite('identity partition');

const expected = {
  authorities: [stranger.publicKey, authority.publicKey],
  image: unitOfTest.image,
  release: certificateOfTest.release,
};
const encoded = encodeIdentity(signedBy(authority), unitOfTest, batchKey);

function inPartition(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(65536 - bytes.length)]);
}

test('an identity is encoded in whole blocks and found sound', () => {
  assert.is(encoded.length % 4096, 0);
  const judgement = judgeIdentity(inPartition(encoded), expected);
  assert.equal(judgement, {
    verdict: 'sound',
    problems: [],
    certificate: certificateOfTest,
    unit: unitOfTest,
    authority: authority.publicKey,
  });
});

test('zeros alone are no identity', () => {
  assert.is(judgeIdentity(Buffer.alloc(1 << 20), expected).verdict, 'none');
});

test('a single changed bit anywhere is refused', () => {
  const end = encoded.findLastIndex((byte) => byte !== 0) + 1;
  for (let at = 0; at < end + 8; at++) {
    const damaged = Buffer.from(encoded);
    damaged[at]! ^= 1 << (at % 8);
    const { verdict, problems } = judgeIdentity(damaged, expected);
    assert.is(verdict, 'refused', `byte ${at}`);
    assert.not.match(problems.join(), /very-secret/);
  }
});

test('what is cut off is refused, wherever', () => {
  const end = encoded.findLastIndex((byte) => byte !== 0) + 1;
  for (let size = 1; size < end; size++) {
    assert.is(judgeIdentity(encoded.subarray(0, size), expected).verdict, 'refused', `${size} bytes`);
  }
});

const refusals: readonly (readonly [string, Buffer, Partial<typeof expected>, RegExp])[] = [
  [
    'a certificate of a stranger',
    encoded,
    { authorities: [stranger.publicKey] },
    /no authority that was given/,
  ],
  ['a certificate and no authority', encoded, { authorities: [] }, /no authority that was given/],
  ['another release', encoded, { release: '00'.repeat(32) }, /for another release/],
  [
    'another image',
    encoded,
    { image: 'wallet-qemu-virt' },
    /for the image cxo-qemu-virt, not wallet-qemu-virt/,
  ],
  [
    'something behind its texts',
    Buffer.concat([encoded, Buffer.from('x')]),
    {},
    /something follows its texts/,
  ],
  ['another beginning', Buffer.concat([Buffer.from('BSIDENT2'), encoded.subarray(8)]), {}, /does not begin/],
];

for (const [name, bytes, other, problem] of refusals) {
  test(`${name} is refused`, () => {
    const { verdict, problems } = judgeIdentity(bytes, { ...expected, ...other });
    assert.is(verdict, 'refused');
    assert.is(problems.length, 1, problems.join());
    assert.match(problems[0]!, problem);
  });
}

test('a record that another batch signed is refused', () => {
  const other = { ...certificateOfTest, key: Buffer.from(stranger.publicKey.bytes).toString('hex') };
  const foreign = encodeIdentity(signedBy(authority, other), unitOfTest, stranger);
  const mixed = Buffer.from(encoded);
  foreign.copy(mixed, 80, 80, 144);
  const { problems } = judgeIdentity(mixed, expected);
  assert.equal(problems, ['unit: the key of its batch did not sign it']);
});

test('whoever has no authority’s key sees the rest', () => {
  const { verdict, authority: signer } = judgeIdentity(encoded, {
    authorities: null,
    image: null,
    release: null,
  });
  assert.is(verdict, 'sound');
  assert.is(signer, null);
});

test('several things that are wrong are all named', () => {
  const { problems } = judgeIdentity(encoded, { authorities: [], image: 'x', release: '0' });
  assert.is(problems.length, 3);
});

const unencodable: readonly (readonly [string, UnitIdentity, typeof batchKey, RegExp])[] = [
  [
    'a serial of no unit of the batch',
    { ...unitOfTest, serial: 'ACME-000501' },
    batchKey,
    /ACME-000501 is no serial/,
  ],
  ['a serial of another width', { ...unitOfTest, serial: 'ACME-0000017' }, batchKey, /is no serial/],
  ['another key', unitOfTest, stranger, /has another key/],
];

for (const [name, unit, key, problem] of unencodable) {
  test(`${name} is not encoded`, async () => {
    const attempt = Promise.resolve().then(() => encodeIdentity(signedBy(authority), unit, key));
    const { problems } = await rejectedWith(attempt, 'UNITS_INVALID', /cannot be given an identity/);
    assert.match(problems.join(), problem);
  });
}

test('the longest identity fits in a partition', () => {
  const settings = Object.fromEntries(
    Array.from({ length: 21 }, (_, index) => [`S${String(index).padStart(2, '0')}`, '\n'.repeat(4096)]),
  );
  const bytes = encodeIdentity(signedBy(authority), { ...unitOfTest, settings }, batchKey);
  assert.ok(bytes.length < longestIdentity && longestIdentity < 1 << 20);
  assert.is(judgeIdentity(bytes, expected).verdict, 'sound');
});

test('what is shown of a unit holds no value, and no seed', () => {
  const shown = JSON.stringify(shownUnit(unitOfTest));
  assert.match(shown, /"secrets":\["API_TOKEN"\]/);
  for (const hidden of [unitOfTest.deviceSeed, 'very-secret', '"100"']) assert.not.ok(shown.includes(hidden));
});

test.run();

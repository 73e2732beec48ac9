import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalText } from '../../../builder/release/canonical-text.ts';
import type { ReleaseManifest } from '../../../builder/release/release-manifest.ts';
import { signatureName } from '../../../builder/release/signature-name.ts';
import { readManifest } from '../../../builder/release/verify/read-manifest.ts';
import { verifyHead, verifyPackedImage } from '../../../builder/release/verify/verify-release.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { smallRelease } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testSigner } from '../../support/test-signer.ts';

const test = suite('manifest and signatures');
const root = temporaryFolder('verify-manifest');
const folder = join(root, 'release');
const release = await smallRelease(folder, { number: 3, signers: ['first', 'second'] });
const [first, second] = release.signers.map(({ publicKey }) => publicKey);
const text = await readFile(join(folder, 'manifest.json'), 'utf8');
const { signal } = new AbortController();

type Draft = { -readonly [Member in keyof ReleaseManifest]: unknown } & {
  images: Record<string, never>[];
  files: Record<string, unknown>[];
};

/** What is wrong with the manifest after a change. */
function problemsAfter(change: (manifest: Draft) => void): string {
  const manifest = JSON.parse(text) as Draft;
  change(manifest);
  const { problems } = readManifest(Buffer.from(canonicalText(manifest)));
  return problems.map(({ where, message }) => `${where}: ${message}`).join('\n');
}

for (const path of [
  '../outside',
  '/etc/passwd',
  'images/../../x',
  'images//x',
  './x',
  '.hidden',
  'images/.x',
  'a\\b',
  'a\nb',
  '',
  'images/',
]) {
  test(`the path ${JSON.stringify(path)} is refused, and the manifest with it`, () => {
    const manifest = JSON.parse(text) as Draft;
    manifest.files[0]!.path = path;
    const { manifest: read, problems } = readManifest(Buffer.from(canonicalText(manifest)));
    assert.is(read, null);
    assert.match(problems.map(({ where }) => where).join('\n'), 'manifest.json/files/0/path');
    const image = JSON.parse(text) as Draft;
    (image.images[0] as Record<string, unknown>).zstd = path;
    assert.is(readManifest(Buffer.from(canonicalText(image))).manifest, null);
  });
}

for (const [what, change, expected] of [
  ['a file that lists the manifest', (m) => (m.files[2]!.path = 'manifest.json'), /cannot be in a manifest/],
  [
    'a file that lists a signature',
    (m) => (m.files[2]!.path = 'manifest.json.X.minisig'),
    /cannot be in a manifest/,
  ],
  ['a file twice', (m) => m.files.push(m.files.at(-1)!), /there twice/],
  ['files out of order', (m) => m.files.reverse(), /out of order/],
  [
    'two spellings',
    (m) =>
      m.files.push({ ...m.files.at(-1)!, path: 'provenance/X' }, { ...m.files[0]!, path: 'provenance/x' }),
    /two spellings/,
  ],
  [
    'a file that is a folder too',
    (m) => m.files.push({ ...m.files[0]!, path: 'z' }, { ...m.files[0]!, path: 'z/y' }),
    /a file and a folder/,
  ],
  [
    'a previous release that is not before',
    (m) => (m.previous = { number: 3, manifest: 'ab'.repeat(32) }),
    /not before 3/,
  ],
  ['a day that there is not', (m) => (m.date = '2026-02-30'), /no day/],
  ['an image twice', (m) => m.images.push(m.images[0]!), /there twice/],
  ['positions of a recipe', (m) => (m.kind = 'recipe'), /no positions/],
  ['no image', (m) => (m.images = []), /fewer than 1 items/],
  [
    'a member that is not known',
    (m) => ((m as Record<string, unknown>).also = 1),
    /additional properties: also/,
  ],
  [
    'a member that is missing',
    (m) => delete (m as Record<string, unknown>).lock,
    /must have required property 'lock'/,
  ],
  [
    'another format',
    (m) => ((m as Record<string, unknown>).format = 'boardsmith-release/2'),
    /equal to constant/,
  ],
] as readonly (readonly [string, (manifest: Draft) => unknown, RegExp])[]) {
  test(`${what} is found`, () => {
    assert.match(
      problemsAfter((manifest) => void change(manifest)),
      expected,
    );
  });
}

for (const [what, change, expected] of [
  ['mapped ranges that overlap', (i) => (i.mapped[1].first = i.mapped[0].first), /not after the one before/],
  ['mapped ranges without a gap', (i) => (i.mapped[1].first = i.mapped[0].last + 1), /with a gap/],
  ['a mapped range behind the end', (i) => (i.mapped.at(-1).last += 9), /behind the end of the image/],
  ['partitions that overlap', (i) => (i.partitions[1].offset -= 512), /not lie behind the one before/],
  ['partitions behind the end', (i) => (i.partitions.at(-1).size += 1 << 24), /end behind the end/],
  ['half a sector', (i) => (i.partitions[0].size -= 1), /whole number of sectors/],
  ['an authority that is none', (i) => (i.unit.authorities = [`RW${'A'.repeat(54)}`]), /is no public key/],
  [
    'a setting twice',
    (i) => (i.unit.settings = [0, 0].map(() => ({ name: 'X', description: '', required: true }))),
    /X is there twice/,
  ],
  ['a path that is no file', (i) => (i.bmap = 'images/none.bmap'), /not among the files/],
  ['a path of two images', (i) => (i.bmap = 'images/router-test-board.bmap'), /belongs to two images/],
  ['another name', (i) => (i.board = 'other'), /as recipe and board say/],
] as readonly (readonly [
  string,
  // biome-ignore lint/suspicious/noExplicitAny: a draft that may be wrong in any way
  (image: any) => unknown,
  RegExp,
])[]) {
  test(`${what} is found`, () => {
    assert.match(
      problemsAfter(({ images }) => void change(images[0])),
      expected,
    );
  });
}

for (const [what, changed, expected] of [
  ['no JSON', '{', /no JSON/],
  ['a key given twice', text.replace('"builder":', '"name": "tiny",\n  "builder":'), /stands here twice/],
  ['other white space', text.replace('  "', '   "'), /canonical form/],
  ['no newline at the end', text.trimEnd(), /canonical form/],
  [
    'names out of order',
    `${JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()), null, 2)}\n`,
    /canonical form/,
  ],
  ['a list', '[]\n', /must be object/],
] as const) {
  test(`${what} is found`, () => {
    const { problems } = readManifest(Buffer.from(changed));
    assert.match(problems.map(({ message }) => message).join('\n'), expected);
  });
}

test('bytes that are no UTF-8 are found', () => {
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf('tiny')] = 0xff;
  assert.ok(readManifest(bytes).problems.length > 0);
});

test('the threshold counts different good keys', async () => {
  const good = await verifyHead(folder, { keys: [first!, second!], threshold: 2, signal });
  assert.equal(good.problems, []);
  const one = await verifyHead(folder, {
    keys: [first!, testSigner('other').publicKey],
    threshold: 2,
    signal,
  });
  assert.match(one.problems[0]!.message, /1 of the keys that were given .* signed it, not 2; .*not given/);
  assert.equal(one.strangers, [second!.id]);
  for (const keys of [[first!], [first!, first!], [first!, { ...first!, id: second!.id }]]) {
    await rejectedWith(verifyHead(folder, { keys, threshold: 2, signal }), 'USAGE', /1 different keys/);
  }
});

test('a signature under another name, a copy of one, and one of another release count for nothing', async () => {
  const copy = join(root, 'copy');
  await cp(folder, copy, { recursive: true });
  const name = signatureName(first!.id);
  await rename(join(copy, name), join(copy, signatureName('0123456789ABCDEF')));
  const misnamed = await verifyHead(copy, { keys: [first!, second!], signal });
  assert.match(misnamed.problems[0]!.message, /it holds a signature of the key/);
  await cp(join(folder, name), join(copy, name));
  await writeFile(
    join(copy, signatureName(second!.id)),
    testSigner('second').signatureFile(Buffer.from('else')),
  );
  await rm(join(copy, signatureName('0123456789ABCDEF')));
  const other = await verifyHead(copy, { keys: [first!, second!], threshold: 2, signal });
  assert.match(other.problems.map(({ message }) => message).join('\n'), /signature is bad.*\n1 of the keys/);
});

test('an old release is refused by its number', async () => {
  const numbers = async (minRelease: number | ((name: string) => number | null)) =>
    (await verifyHead(folder, { keys: [first!], minRelease, signal })).problems.map(({ kind }) => kind);
  assert.equal(await numbers(3), []);
  assert.equal(await numbers(4), ['old']);
  assert.equal(await numbers((name) => (name === 'tiny' ? 9 : null)), ['old']);
  assert.equal(await numbers((name) => (name === 'other' ? 9 : null)), []);
});

test('an image alone is held against its release, there and elsewhere', async () => {
  const options = { keys: [first!], signal };
  const image = join(folder, 'images/cxo-test-board.img.zst');
  assert.equal((await verifyPackedImage(folder, image, options)).problems, []);
  const elsewhere = join(root, 'cxo-test-board.img.zst');
  await cp(image, elsewhere);
  assert.equal((await verifyPackedImage(folder, elsewhere, options)).problems, []);
  const bytes = await readFile(elsewhere);
  await writeFile(elsewhere, bytes.subarray(0, 1000));
  assert.match(
    (await verifyPackedImage(folder, elsewhere, options)).problems[0]!.message,
    /cut off: it has 1000/,
  );
  const stranger = await verifyPackedImage(folder, join(folder, 'notes.md'), options);
  assert.match(stranger.problems[0]!.message, /no image of this release/);
});

test('a folder that is not there cannot be read', async () => {
  await rejectedWith(
    verifyHead(join(root, 'none'), { keys: [first!], signal }),
    'FILE_UNUSABLE',
    /cannot read/,
  );
});

test.run();

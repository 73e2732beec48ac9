import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../builder/cli/run.ts';
import { exitCodes } from '../../builder/error/error-codes.ts';
import { readCertificateFile } from '../../builder/identity/certificate-file.ts';
import { encodeIdentity } from '../../builder/identity/identity-partition.ts';
import { judgeIdentity } from '../../builder/identity/judge-identity.ts';
import { canonicalText } from '../../builder/release/canonical-text.ts';
import { publicKeyLine, publicKeyText } from '../../builder/signature/public-key.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { unitOfTest } from '../support/batch-trial.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { smallRelease } from '../support/small-release.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('boardsmith batch');
const folder = temporaryFolder('batch-verb');
const [authority, batchKey, stranger] = [generateKey(), generateKey(), generateKey()];
await smallRelease(join(folder, 'release'), {
  authorities: [publicKeyLine(authority.publicKey)],
  signers: ['first', 'second'],
});
const [first, second, other] = ['first', 'second', 'other'].map((name) =>
  publicKeyLine(testSigner(name).publicKey),
);
for (const [name, key] of Object.entries({ authority, batch: batchKey, stranger })) {
  writeFileSync(join(folder, `${name}.key`), await secretKeyText(key, null), { mode: 0o600 });
  writeFileSync(join(folder, `${name}.pub`), publicKeyText(key.publicKey));
}

async function batch(...parameters: string[]) {
  const terminal = capturedTerminal({ currentDirectory: folder, environment: { HOME: folder } });
  const code = await run(['batch', ...parameters], terminal);
  return { code, out: terminal.outLines.join('\n'), note: terminal.noteLines.join('\n') };
}

/** @param changes null: an option is left out; '': it has no value */
function issueWords(changes: Readonly<Record<string, string | null>> = {}): string[] {
  const options: Readonly<Record<string, string | null>> = {
    '--key': 'authority.key',
    '--manufacturer': 'Acme Boards',
    '--batch': '2026-11-a',
    '--serials': 'ACME-000001..ACME-000500',
    '--release': 'release',
    '--pub': first!,
    '--batch-key': 'batch.pub',
    ...changes,
  };
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === null) return [];
    return value === '' ? [name] : [name, value];
  });
  return ['issue', ...words];
}

const issue = (changes?: Readonly<Record<string, string | null>>) => batch(...issueWords(changes));

const certificate = join(folder, '2026-11-a.cert');

test('a certificate is issued, names the release, and a unit can be made with it', async () => {
  const { code, out } = await issue();
  assert.is(code, 0);
  assert.match(out, /2026-11-a\.cert\.minisig: 500 units of /);
  const read = await readCertificateFile(certificate);
  const manifest = readFileSync(join(folder, 'release/manifest.json'));
  assert.is(read.certificate.release, createHash('sha256').update(manifest).digest('hex'));
  const identity = encodeIdentity(read, unitOfTest, batchKey);
  const { verdict } = judgeIdentity(identity, {
    ...{ authorities: [authority.publicKey], image: unitOfTest.image, release: read.certificate.release },
  });
  assert.is(verdict, 'sound');
});

test('a release that has the signatures that are asked for, or of which none is, is certified', async () => {
  const two = await batch(...issueWords({ '--threshold': '2', '--out': 'two.cert' }), '--pub', second!);
  assert.is(two.code, 0, two.note);
  const unsigned = await issue({ '--pub': null, '--unsigned': '', '--out': 'unsigned.cert' });
  assert.is(unsigned.code, 0, unsigned.note);
});

test('minisign takes its signature', async () => {
  const installed = (await execa('minisign', ['-v'], { reject: false })).exitCode === 0;
  if (!installed) {
    console.log('SKIP minisign -V: minisign is not installed');
    return;
  }
  const verify = (key: string) =>
    execa('minisign', ['-V', '-p', join(folder, key), '-m', certificate], { reject: false });
  assert.is((await verify('authority.pub')).exitCode, 0);
  assert.is.not((await verify('stranger.pub')).exitCode, 0);
});

test('show prints it, and verifies it with a key', async () => {
  const plain = await batch('show', '2026-11-a.cert');
  assert.match(plain.out, /^serials +ACME-000001\.\.ACME-000500 \(500 units\)$/m);
  assert.match(plain.out, /not verified/);
  const verified = await batch(
    'show',
    '2026-11-a.cert',
    '--pub',
    'stranger.pub',
    '--pub',
    'authority.pub',
    '--json',
  );
  const { verified: good, signedBy, manufacturer } = JSON.parse(verified.out);
  assert.equal(
    { good, signedBy, manufacturer },
    { good: true, signedBy: authority.publicKey.id, manufacturer: 'Acme Boards' },
  );
  const other = await batch('show', '2026-11-a.cert', '--pub', 'stranger.pub');
  assert.is(other.code, exitCodes.UNITS_INVALID);
});

test('one that was changed is refused', async () => {
  const text = readFileSync(certificate, 'latin1');
  writeFileSync(certificate, text.replace('ACME-000500', 'ACME-000501'));
  const { code, note } = await batch('show', '2026-11-a.cert', '--pub', 'authority.pub');
  assert.is(code, exitCodes.UNITS_INVALID);
  assert.match(note, /not over these bytes/);
  writeFileSync(certificate, text.replace('batch:', 'batsch:'));
  const malformed = await batch('show', '2026-11-a.cert');
  assert.is(malformed.code, exitCodes.UNITS_INVALID);
  assert.match(malformed.note, /there is no line "batsch"/);
  writeFileSync(certificate, text);
});

// Its parts contradict each other: what a signature over it is worth is not known.
const odd = JSON.parse(readFileSync(join(folder, 'release/manifest.json'), 'utf8'));
mkdirSync(join(folder, 'odd'));
writeFileSync(
  join(folder, 'odd/manifest.json'),
  canonicalText({ ...odd, previous: { number: 9, manifest: 'ab'.repeat(32) } }),
);

const refusals: readonly (readonly [
  string,
  Readonly<Record<string, string | null>>,
  keyof typeof exitCodes,
  RegExp,
])[] = [
  ['a range that is none', { '--serials': 'ACME-1' }, 'USAGE', /is no range/],
  [
    'a key that no image believes',
    { '--key': 'stranger.key' },
    'KEY_UNUSABLE',
    /no image of release takes certificates/,
  ],
  ['a public key for a secret one', { '--key': 'authority.pub' }, 'KEY_UNUSABLE', /mode 0644|no secret key/],
  [
    'a release that contradicts itself',
    { '--release': 'odd', '--pub': null, '--unsigned': '' },
    'RELEASE_INVALID',
    /its number is 9/,
  ],
  ['a release that nobody is said to have signed', { '--pub': null }, 'USAGE', /--unsigned certifies it/],
  [
    'a release that others signed',
    { '--pub': other! },
    'RELEASE_INVALID',
    /none of the keys that were given/,
  ],
  ['one signature for two', { '--threshold': '2' }, 'USAGE', /fewer than the threshold of 2/],
  [
    'a word for and one against signatures',
    { '--unsigned': '' },
    'USAGE',
    /--unsigned asks for no signature/,
  ],
  ['no release', { '--release': '.' }, 'FILE_UNUSABLE', /holds no release/],
  [
    'a manufacturer that cannot be written',
    { '--manufacturer': 'Ácme' },
    'UNITS_INVALID',
    /no certificate of a batch/,
  ],
];

for (const [name, changes, error, message] of refusals) {
  test(`${name} is refused, and nothing is written`, async () => {
    const { code, note } = await issue({ ...changes, '--out': 'refused.cert' });
    assert.is(code, exitCodes[error]);
    assert.match(note, message);
    for (const file of ['refused.cert', 'refused.cert.minisig'])
      assert.not.ok(existsSync(join(folder, file)));
  });
}

test.run();

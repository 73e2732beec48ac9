import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalText } from '../../../builder/release/canonical-text.ts';
import type { ReleaseManifest } from '../../../builder/release/release-manifest.ts';
import type { ReleaseProblem } from '../../../builder/release/verify/release-problem.ts';
import { requireSound, verifyHead, verifyRelease } from '../../../builder/release/verify/verify-release.ts';
import { leaves, otherValue, withValue } from '../../support/changed-values.ts';
import { rejectedWith } from '../../support/rejection.ts';
import { smallRelease } from '../../support/small-release.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testSigner } from '../../support/test-signer.ts';

const test = suite('a tampered release');
const root = temporaryFolder('tampered-release');
const folder = join(root, 'release');
const release = await smallRelease(folder, {
  number: 7,
  signers: ['first', 'second'],
  authorities: [Buffer.from(testSigner('authority').publicKeyFile.split('\n')[1]!).toString()],
  unit: {
    settings: [{ name: 'QUOTA', description: 'how much', required: false }],
    secrets: [{ name: 'TOKEN', description: 'a secret', required: true }],
  },
  previous: { number: 6, manifest: 'ab'.repeat(32) },
});
const keys = release.signers.map(({ publicKey }) => publicKey);
const { signal } = new AbortController();
const options = { keys, threshold: 2, signal };
const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  .sort();
const manifestText = await readFile(join(folder, 'manifest.json'), 'utf8');

/** What is wrong while a change lasts. Afterwards the folder is as it was. */
async function whileChanged(
  path: string,
  change: (file: string) => Promise<unknown>,
): Promise<readonly ReleaseProblem[]> {
  const file = join(folder, path);
  const kept = join(root, 'kept');
  await cp(file, kept, { recursive: true });
  try {
    await change(file);
    return (await verifyRelease(folder, options)).problems;
  } finally {
    await rm(file, { recursive: true, force: true });
    await rename(kept, file);
  }
}

function tells(problems: readonly ReleaseProblem[], where: string, what: string): void {
  assert.ok(
    problems.some((problem) => problem.where.startsWith(where)),
    `${what}: ${JSON.stringify(problems)}`,
  );
}

test('untouched it is sound', async () => {
  const verdict = await verifyRelease(folder, options);
  assert.equal(verdict.problems, []);
  assert.is(requireSound(verdict).manifest.number, 7);
  assert.is(verdict.digest, release.digest);
});

for (const path of files) {
  test(`${path}: every way to change it is found by its name`, async () => {
    const bytes = await readFile(join(folder, path));
    const flipped = (at: number) => async (file: string) => {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      await writeFile(file, changed);
    };
    // In the middle of a signature file lies base64, at its beginning the comment that is not signed: its words are held to all the same.
    const ways: Record<string, (file: string) => Promise<unknown>> = {
      'first byte': flipped(0),
      'a byte in the middle': flipped(bytes.length >> 1),
      'cut off': async (file) => await truncate(file, bytes.length - 1),
      empty: async (file) => await truncate(file, 0),
      longer: async (file) => await writeFile(file, 'x', { flag: 'a' }),
      'taken away': async (file) => await rm(file),
      'a link to the same bytes': async (file) => {
        await rename(file, join(root, 'elsewhere'));
        await symlink(join(root, 'elsewhere'), file);
      },
      'a folder': async (file) => {
        await rm(file);
        await mkdir(file);
      },
      'a pipe': async (file) => {
        await rm(file);
        await execa('mkfifo', [file]);
      },
    };
    for (const [what, change] of Object.entries(ways)) {
      const problems = await whileChanged(path, change);
      // Of a signature that is not there nobody knows the name.
      const where = path.endsWith('.minisig') && what === 'taken away' ? 'manifest.json' : path;
      tells(problems, where, what);
    }
  });
}

for (const [what, path] of [
  ['a file', 'malware'],
  ['a file in a folder', 'images/other.img'],
  ['a hidden file', '.hidden'],
  ['a folder', 'more/x'],
] as const) {
  test(`${what} that nobody signed is found`, async () => {
    const file = join(folder, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, 'x');
    const { problems } = await verifyRelease(folder, options);
    await rm(path.startsWith('more/') ? join(folder, 'more') : file, { recursive: true });
    assert.equal(
      problems.map(({ kind, where }) => [kind, where]),
      [['extra', path.startsWith('more/') ? 'more/' : path]],
    );
  });
}

test('all that is wrong is told at once', async () => {
  await writeFile(join(folder, 'extra'), 'x');
  const problems = await whileChanged('images', async () => {
    await rm(join(folder, 'images/cxo-test-board.img.zst'));
    await truncate(join(folder, 'images/router-test-board.bmap'), 5);
  });
  await rm(join(folder, 'extra'));
  assert.equal(problems.map(({ kind }) => kind).sort(), ['changed', 'contradiction', 'extra', 'missing']);
});

test('every field of the manifest that is changed, taken out or added is found: the signatures do not hold', async () => {
  const manifest = JSON.parse(manifestText) as ReleaseManifest;
  const all = leaves(manifest);
  assert.ok(all.length > 150, `${all.length} fields`);
  const file = join(folder, 'manifest.json');
  try {
    for (const { path, value } of all) {
      for (const other of [otherValue(value), undefined]) {
        await writeFile(file, canonicalText(withValue(manifest, path, other)));
        const { problems } = await verifyHead(folder, options);
        const bad = problems.filter(({ kind, where }) => kind === 'signature' && where.endsWith('.minisig'));
        assert.is(bad.length, 2, `${path.join('/')} = ${other}`);
      }
    }
  } finally {
    await writeFile(file, manifestText);
  }
});

/** Fields that nothing else in a release says: only a signature holds them. */
const onlySigned =
  /^(name|number|version|date|kind|builder\/version|sourceRevision|previous\/.*|images\/\d+\/positions\/\d+|images\/\d+\/unit\/.*)$/;

test('a signer who contradicts himself is found: every field that anything else says again', async () => {
  const manifest = JSON.parse(manifestText) as ReleaseManifest;
  const signer = release.signers[0]!;
  const copy = join(root, 'signed-again');
  await cp(folder, copy, { recursive: true });
  const believed: string[] = [];
  const first = leaves(manifest).filter(({ path }) => !(path[0] === 'images' && path[1] === 1));
  for (const { path, value } of first) {
    const text = canonicalText(withValue(manifest, path, otherValue(value)));
    await writeFile(join(copy, 'manifest.json'), text);
    const name = `manifest.json.${signer.publicKey.id}.minisig`;
    await writeFile(join(copy, name), signer.signatureFile(Buffer.from(text)));
    const { problems } = await verifyRelease(copy, { keys: [signer.publicKey], signal });
    assert.not.ok(
      problems.some(({ kind }) => kind === 'signature'),
      JSON.stringify(problems),
    );
    if (problems.length === 0) believed.push(path.join('/'));
  }
  assert.equal(
    believed.filter((field) => !onlySigned.test(field)),
    [],
  );
});

test('a block map with other words for people is the same one; with another range or checksum it is not', async () => {
  const path = 'images/cxo-test-board.bmap';
  const text = await readFile(join(folder, path), 'utf8');
  const withChecksum = (changed: string): string => {
    const draft = changed.replace(/(<BmapFileChecksum>\s*)[0-9a-f]{64}/, `$1${'0'.repeat(64)}`);
    return draft.replace('0'.repeat(64), createHash('sha256').update(draft).digest('hex'));
  };
  const told = async (changed: string): Promise<string> =>
    (await whileChanged(path, async (file) => await writeFile(file, changed)))
      .filter(({ kind }) => kind === 'contradiction')
      .map(({ message }) => message)
      .join();
  assert.is(await told(withChecksum(text.replace('<!-- Bytes -->', '<!-- Octets,\n really -->'))), '');
  assert.is(await told(text.replace('<!-- Bytes -->', '<!-- Octets -->')), 'its own checksum is wrong');
  assert.match(
    await told(withChecksum(text.replace(/(<Range chksum=".{62})../, '$1xx'))),
    /<Range chksum=".*is not what/,
  );
  assert.match(await told(withChecksum(text.replace(/ *<Range .*\n(?= *<\/BlockMap>)/, ''))), /is not what/);
  assert.match(
    await told(withChecksum(text.replace(/<\/BlockMap>\s*<\/bmap>\s*$/, ''))),
    /lacks|is not what/,
  );
});

test('a release with problems is refused with all of them', async () => {
  const verdict = await verifyRelease(folder, {
    ...options,
    keys: [testSigner('stranger').publicKey],
    threshold: 1,
  });
  const { problems } = await rejectedWith(
    (async () => requireSound(verdict))(),
    'RELEASE_INVALID',
    /not what its signers signed/,
  );
  assert.match(problems.join('\n'), /manifest\.json: none of the keys that were given/);
});

test.run();

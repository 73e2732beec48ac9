import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readPreviousRelease, requireSignedBy } from '../../builder/release/changes/previous-release.ts';
import { makeRelease, manifestDigest } from '../../builder/release/make/make-release.ts';
import { releaseNumber } from '../../builder/release/make/release-number.ts';
import { sourceRevision } from '../../builder/release/make/source-revision.ts';
import type { ReleaseManifest } from '../../builder/release/release-manifest.ts';
import { signatureName } from '../../builder/release/signature-name.ts';
import { verifyRelease } from '../../builder/release/verify/verify-release.ts';
import { parseSignature, signatureFault } from '../../builder/signature/signature-file.ts';
import { matchesGolden } from '../support/golden.ts';
import { rejectedWith } from '../support/rejection.ts';
import { releaseFacts, releaseRequest } from '../support/release-request.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testSigner } from '../support/test-signer.ts';

const test = suite('making a release');
const { signal } = new AbortController();

async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      files.map(async (file) => [file.slice(folder.length + 1), (await readFile(file)).toString('latin1')]),
    ),
  );
}

test('the folder holds what its manifest says, nothing else, and a signature over it', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  const manifest = await makeRelease(request);
  const files = await filesOf(request.out);
  const { publicKey } = testSigner('first');
  const signatureFile = signatureName(publicKey.id);
  assert.equal(
    Object.keys(files),
    [...manifest.files.map(({ path }) => path), 'manifest.json', signatureFile].sort(),
  );
  matchesGolden('release/manifest.json', files['manifest.json']!);
  matchesGolden('release/cxo-test-board.intoto.json', files['provenance/cxo-test-board.intoto.json']!);
  matchesGolden('release/os_list.json', files['os_list.json']!);
  matchesGolden('release/notes.md', files['notes.md']!);
  matchesGolden('release/SHA256SUMS', files.SHA256SUMS!);
  const signature = parseSignature(files[signatureFile]!);
  assert.ok(typeof signature === 'object');
  const bytes = Buffer.from(files['manifest.json']!, 'latin1');
  assert.is(signatureFault(bytes, signature, publicKey), null);
  assert.is(signature.trustedComment, 'boardsmith release tiny 1 (2026.01)');
});

test('what was made is found sound by those who verify, and its digest is the one that they see', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  const manifest = await makeRelease(request);
  const { publicKey } = testSigner('first');
  const verdict = await verifyRelease(request.out, { keys: [publicKey], threshold: 1, signal });
  assert.equal(verdict.problems, []);
  assert.is(verdict.digest, manifestDigest(manifest));
});

test('sha256sum takes the list of sums', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  await makeRelease(request);
  const check = ['-c', '--quiet', '--strict', 'SHA256SUMS'];
  assert.is((await execa('sha256sum', check, { cwd: request.out, reject: false })).exitCode, 0);
  await writeFile(join(request.out, 'notes.md'), 'something else\n');
  assert.is((await execa('sha256sum', check, { cwd: request.out, reject: false })).exitCode, 1);
});

test('two people with different keys in different folders differ in the signatures alone', async () => {
  const [one, other] = [temporaryFolder('one'), temporaryFolder('quite-another')];
  const requests = [
    await releaseRequest(one),
    await releaseRequest(other, { signers: [testSigner('second'), testSigner('third')] }),
  ];
  for (const request of requests) await makeRelease({ ...request, images: [...request.images].reverse() });
  const [a, b] = [await filesOf(requests[0]!.out), await filesOf(requests[1]!.out)];
  const unsigned = (files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).filter(([path]) => !path.endsWith('.minisig')));
  assert.equal(unsigned(a), unsigned(b));
  assert.is(Object.keys(b).length, Object.keys(a).length + 1);
});

for (const what of ['an empty folder', 'a file'] as const) {
  test(`${what} that is there is refused, and stays as it is`, async () => {
    const request = await releaseRequest(temporaryFolder('release'));
    if (what === 'a file') await writeFile(request.out, 'mine');
    else await mkdir(request.out);
    await rejectedWith(makeRelease(request), 'FILE_UNUSABLE', /is there already/);
    if (what === 'a file') assert.is(await readFile(request.out, 'utf8'), 'mine');
    else assert.equal(await readdir(request.out), []);
  });
}

test('a folder that comes while the release is made is not replaced', async () => {
  const request = await releaseRequest(temporaryFolder('release'));
  const page = (): string => {
    void mkdir(request.out);
    return 'page\n';
  };
  await rejectedWith(makeRelease({ ...request, page }), 'FILE_UNUSABLE', /is there already/);
  assert.equal(await readdir(request.out), []);
});

test('stopped in the middle, it leaves nothing; nor does a failure', async () => {
  const folder = temporaryFolder('release');
  const stop = new AbortController();
  const request = await releaseRequest(folder);
  const stopped = makeRelease({ ...request, signal: stop.signal, progress: () => stop.abort() });
  await rejectedWith(stopped, 'INTERRUPTED', /stopped while writing the release/);
  assert.equal(await readdir(folder), ['outputs']);
  const page = (): string => {
    throw new Error('no page');
  };
  try {
    await makeRelease({ ...request, page });
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, 'no page');
  }
  assert.equal(await readdir(folder), ['outputs']);
});

test('what changed since another release is said by name', async () => {
  const folder = temporaryFolder('release');
  const first = await releaseRequest(join(folder, '1'));
  await makeRelease(first);
  const previous = await readPreviousRelease(first.out, { keys: [testSigner('first').publicKey] }, signal);
  const second = await releaseRequest(join(folder, '2'), {
    facts: { ...releaseFacts, number: 2, version: '2026.02' },
    previous,
    flows: { opens: ['wallet-1 may reach cxo-1'], closes: [], moves: ['cxo-9 is gone'] },
    cxo: {
      seed: 'changed',
      kernelSize: 2000,
      components: (components) => [
        ...components
          // What was built into it is gone.
          .map((one) => (one.name === 'node' ? { ...one, parts: [] } : one))
          .map((one) =>
            one.name === '@scope/one'
              ? { ...one, version: '1.3.0', purl: 'pkg:npm/%40scope/one@1.3.0' }
              : one,
          )
          .map((one) => (one.name === 'small' ? { ...one, sha256: 'e'.repeat(64) } : one)),
        { ...components[0]!, id: 'npm:new@1', name: 'new', version: '1.0.0', purl: 'pkg:npm/new@1.0.0' },
      ],
      unit: { settings: [{ name: 'QUOTA', description: 'how much', required: true }] },
    },
  });
  const manifest = await makeRelease(second);
  assert.equal(manifest.previous, { number: 1, manifest: previous.digest });
  matchesGolden('release/changes.json', await readFile(join(second.out, 'changes.json'), 'utf8'));
  matchesGolden('release/notes-2.md', await readFile(join(second.out, 'notes.md'), 'utf8'));
});

test('another release is held to its own manifest', async () => {
  const folder = temporaryFolder('release');
  const { out } = await releaseRequest(folder).then(async (request) => {
    await makeRelease(request);
    return request;
  });
  const sbom = join(out, 'images/cxo-test-board.cdx.json');
  await writeFile(sbom, (await readFile(sbom, 'utf8')).replace('1.2.3', '1.2.4'));
  const changed = /images\/cxo-test-board\.cdx\.json .* is not what its manifest says/;
  const read = (place: string, ...signers: string[]) =>
    readPreviousRelease(place, { keys: signers.map((name) => testSigner(name).publicKey) }, signal);
  await rejectedWith(read(out), 'RELEASE_INVALID', changed);
  const unsigned = await rejectedWith(
    read(out, 'second'),
    'RELEASE_INVALID',
    /is not what its signers signed/,
  );
  assert.match(unsigned.problems.join(), /none of the keys that were given/);
  await rejectedWith(read(folder), 'FILE_UNUSABLE', /holds no release/);
  await writeFile(join(out, 'manifest.json'), '{"format":"boardsmith-release/2"}');
  const other = await rejectedWith(read(out), 'RELEASE_INVALID', /is not what its signers signed/);
  assert.match(other.problems.join(), /manifest\.json\/format: must be equal to constant/);
});

test('without a word about signers, another release must have one of the key that signs', async () => {
  const { out } = await releaseRequest(temporaryFolder('release')).then(async (request) => {
    await makeRelease(request);
    return request;
  });
  const previous = await readPreviousRelease(out, { keys: [] }, signal);
  await requireSignedBy(out, previous, testSigner('first').publicKey, signal);
  const stranger = requireSignedBy(out, previous, testSigner('second').publicKey, signal);
  const error = await rejectedWith(stranger, 'RELEASE_INVALID', /is not signed with the key that signs/);
  assert.match(error.hint ?? '', /--pub KEY\.pub/);
  // Another manifest than the one that was compared with, signed as it may be.
  const swapped = requireSignedBy(out, { digest: '0'.repeat(64) }, testSigner('first').publicKey, signal);
  await rejectedWith(swapped, 'RELEASE_INVALID', /is not signed with the key that signs/);
});

test('numbers only grow, among releases of one name', async () => {
  const previous = { manifest: { name: 'tiny', number: 4 } as ReleaseManifest };
  assert.is(releaseNumber('tiny', { first: true }, null), 1);
  assert.is(releaseNumber('tiny', { number: 7 }, null), 7);
  assert.is(releaseNumber('tiny', {}, previous), 5);
  assert.is(releaseNumber('tiny', { number: 9 }, previous), 9);
  for (const number of [4, 3]) {
    const refused = (async () => releaseNumber('tiny', { number }, previous))();
    await rejectedWith(refused, 'USAGE', /would not be newer than release 4/);
  }
  const unsaid = await rejectedWith(
    (async () => releaseNumber('tiny', {}, null))(),
    'USAGE',
    /nothing says which/,
  );
  assert.match(unsaid.hint ?? '', /--since DIR.*--first.*--number N/);
  const both = (async () => releaseNumber('tiny', { first: true }, previous))();
  await rejectedWith(both, 'USAGE', /contradict each other/);
  const other = (async () => releaseNumber('other', { number: 9 }, previous))();
  await rejectedWith(other, 'USAGE', /is of tiny, and this one of other/);
});

test('sources that no commit holds are refused, or released without one', async () => {
  const folder = temporaryFolder('repository');
  const git = (...args: string[]) =>
    execa('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  const ask = (allowDirty: boolean) =>
    sourceRevision(folder, { sourceFolders: [join(folder, 'recipe')], allowDirty, signal });
  assert.is(await ask(false), null, 'no repository');
  await git('init', '-q');
  assert.is(await ask(false), null, 'no commit');
  await mkdir(join(folder, 'recipe'));
  await writeFile(join(folder, 'recipe', 'daemon.ts'), 'one');
  await git('add', '.');
  await git('commit', '-qm', 'one');
  const revision = (await git('rev-parse', 'HEAD')).stdout;
  assert.match(revision, /^[0-9a-f]{40}$/);
  await writeFile(join(folder, 'elsewhere'), 'a file beside the sources');
  assert.is(await ask(false), revision);
  assert.is(await ask(true), revision);
  await writeFile(join(folder, 'recipe', 'new.ts'), 'not in the commit');
  const untracked = await rejectedWith(ask(false), 'USAGE', /files were changed/);
  assert.equal(untracked.problems, ['?? recipe/new.ts']);
  await git('add', 'recipe');
  await git('commit', '-qm', 'two');
  await writeFile(join(folder, 'recipe', 'daemon.ts'), 'two');
  const changed = await rejectedWith(ask(false), 'USAGE', /files were changed/);
  assert.equal(changed.problems, [' M recipe/daemon.ts']);
  assert.is(await ask(true), null);
});

test.run();

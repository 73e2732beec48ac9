import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalText } from '../../../builder/release/canonical-text.ts';
import type { ReleaseManifest } from '../../../builder/release/release-manifest.ts';
import { signatureName } from '../../../builder/release/signature-name.ts';
import { verifyRelease } from '../../../builder/release/verify/verify-release.ts';
import { smallRelease } from '../../support/small-release.ts';
import { mutatedModule } from '../../support/source-mutant.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { testSigner } from '../../support/test-signer.ts';

const test = suite('checks of a release, taken out');
const root = temporaryFolder('verify-mutants');
const folder = join(root, 'release');
const release = await smallRelease(folder, { signers: ['first', 'second'] });
const keys = release.signers.map(({ publicKey }) => publicKey);
const { signal } = new AbortController();
let count = 0;

type Verify = typeof verifyRelease;

/** Signs a changed manifest with both keys, as two people who err would. */
async function signAgain(
  copy: string,
  change: (manifest: ReleaseManifest) => ReleaseManifest,
): Promise<void> {
  const text = canonicalText(change(JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'))));
  await writeFile(join(copy, 'manifest.json'), text);
  for (const { publicKey, signatureFile } of release.signers) {
    await writeFile(join(copy, signatureName(publicKey.id)), signatureFile(Buffer.from(text)));
  }
}

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes[at]! ^= 1;
  await writeFile(file, bytes);
}

async function ofFirstImage(
  copy: string,
  change: (first: ReleaseManifest['images'][number]) => Partial<ReleaseManifest['images'][number]>,
): Promise<void> {
  await signAgain(copy, (manifest) => ({
    ...manifest,
    images: manifest.images.map((one, index) => (index === 0 ? { ...one, ...change(one) } : one)),
  }));
}

/** A check, what takes it out, and what then is not told any more. */
const checks: readonly {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly tamper: (copy: string) => Promise<unknown>;
  /** What it says. */
  readonly told: RegExp;
}[] = [
  {
    name: 'a file of the right size with other bytes',
    file: 'verify-file.ts',
    from: 'found === sha256 ?',
    to: 'found !== null ?',
    told: /notes\.md: its bytes are not the signed ones/,
    tamper: async (copy) => await flip(join(copy, 'notes.md'), 2),
  },
  {
    name: 'a file that nobody signed',
    file: 'released-tree.ts',
    from: "problems.push({ kind: 'extra', where: path, message: 'nobody signed this file' });",
    to: '',
    told: /images\/extra: nobody signed this file/,
    tamper: async (copy) => await writeFile(join(copy, 'images/extra'), 'x'),
  },
  {
    name: 'a folder that nobody signed',
    file: 'released-tree.ts',
    from: "problems.push({ kind: 'extra', where: `${path}/`, message: 'nobody signed this folder' });",
    to: ';',
    told: /more\/: nobody signed this folder/,
    tamper: async (copy) => await mkdir(join(copy, 'more')),
  },
  {
    name: 'a file that is not there',
    file: 'released-tree.ts',
    from: "problems.push({ kind: 'missing', where: path, message: 'it is not there' });",
    to: ';',
    told: /notes\.md: it is not there/,
    tamper: async (copy) => await rm(join(copy, 'notes.md')),
  },
  {
    name: 'a link to the very bytes',
    file: 'released-tree.ts',
    from: '} else if (!entry.isFile()) {',
    to: '} else if (entry.isSymbolicLink()) { seen.add(path); } else if (!entry.isFile()) {',
    told: /notes\.md: it is a symbolic link/,
    tamper: async (copy) => {
      await rm(join(copy, 'notes.md'));
      await symlink(join(folder, 'notes.md'), join(copy, 'notes.md'));
    },
  },
  {
    name: 'a signature over other bytes',
    file: 'verify-signatures.ts',
    from: 'signatureFault(manifest, signature, key)',
    to: 'null as string | null',
    told: /minisig: the signature is bad/,
    tamper: async (copy) => {
      const other = testSigner('first').signatureFile(Buffer.from('else'));
      await writeFile(join(copy, signatureName(keys[0]!.id)), other);
    },
  },
  {
    name: 'one signature where two are asked for',
    file: 'verify-signatures.ts',
    from: 'good.size < threshold',
    to: 'good.size < 1',
    told: /1 of the keys .* not 2/,
    tamper: async (copy) => await rm(join(copy, signatureName(keys[1]!.id))),
  },
  {
    name: 'one signature under two names',
    file: 'verify-signatures.ts',
    from: "good.set(Buffer.from(signer.bytes).toString('hex'), {",
    to: 'good.set(name, {',
    // The misnaming is told by another check; here it counts that the threshold is not reached.
    told: /1 of the keys .* not 2/,
    tamper: async (copy) => {
      await rm(join(copy, signatureName(keys[1]!.id)));
      await cp(join(copy, signatureName(keys[0]!.id)), join(copy, signatureName('0123456789ABCDEF')));
    },
  },
  {
    name: 'a manifest in another form',
    file: 'read-manifest.ts',
    from: '!Buffer.from(canonicalText(value)).equals(bytes)',
    to: 'false',
    told: /canonical form/,
    tamper: async (copy) => {
      const text = JSON.stringify(JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8')));
      await writeFile(join(copy, 'manifest.json'), text);
      for (const { publicKey, signatureFile } of release.signers) {
        await writeFile(join(copy, signatureName(publicKey.id)), signatureFile(Buffer.from(text)));
      }
    },
  },
  {
    name: 'a manifest that contradicts itself',
    file: 'read-manifest.ts',
    from: '...ruleProblems(value)',
    to: '',
    told: /previous: its number is 1/,
    tamper: async (copy) =>
      await signAgain(copy, (manifest) => ({
        ...manifest,
        previous: { number: 1, manifest: 'ab'.repeat(32) },
      })),
  },
  {
    name: 'a packed image of other bytes',
    file: 'raw-image-check.ts',
    from: "this.#whole.digest('hex') !== raw.sha256",
    to: 'false',
    told: /the sha256 of its bytes is another one/,
    tamper: async (copy) => {
      const sha256 = 'ef'.repeat(32);
      await ofFirstImage(copy, ({ raw }) => ({ raw: { ...raw, sha256 } }));
    },
  },
  {
    name: 'a mapped range of other bytes',
    file: 'raw-image-check.ts',
    from: "this.#ofRange.digest('hex') !== sha256",
    to: 'false',
    told: /the blocks .* are not what the manifest says/,
    tamper: async (copy) => {
      await ofFirstImage(copy, ({ mapped }) => ({
        mapped: mapped.map((range, index) => (index === 1 ? { ...range, sha256: 'ef'.repeat(32) } : range)),
      }));
    },
  },
  {
    name: 'content that is not mapped',
    file: 'raw-image-check.ts',
    from: 'else this.#mustBeZero(part, here);',
    to: '',
    told: /is not zero, though its block is not mapped/,
    tamper: async (copy) => {
      await ofFirstImage(copy, ({ mapped }) => ({ mapped: mapped.slice(0, -1) }));
    },
  },
  {
    name: 'a block map that says something else',
    file: 'beside.ts',
    from: 'say(image.bmap, bmapProblems(bmap, image))',
    to: 'void bmapProblems',
    told: /\.bmap: .* is not what the manifest says/,
    tamper: async (copy) => await writeFile(join(copy, 'images/cxo-test-board.bmap'), '{}\n'),
  },
  {
    name: "a build's manifest that says something else",
    file: 'beside.ts',
    from: 'say(image.buildManifest, buildManifestProblems(built, image, files))',
    to: 'void buildManifestProblems',
    told: /manifest\.json: it is no manifest of a build/,
    tamper: async (copy) => await writeFile(join(copy, 'images/cxo-test-board.manifest.json'), '{}\n'),
  },
  {
    name: 'a provenance that says something else',
    file: 'beside.ts',
    from: 'say(image.provenance, provenanceProblems(provenance, image, manifest, files))',
    to: 'void provenanceProblems',
    told: /it is no in-toto statement/,
    tamper: async (copy) => await writeFile(join(copy, 'provenance/cxo-test-board.intoto.json'), '{}\n'),
  },
  {
    name: 'SHA256SUMS that say something else',
    file: 'beside.ts',
    from: 'say(checksumsName, checksumsProblems(checksums, manifest.files))',
    to: 'void checksumsProblems',
    told: /SHA256SUMS: it lacks the line/,
    tamper: async (copy) => await writeFile(join(copy, 'SHA256SUMS'), '{}\n'),
  },
];

async function toldBy(verify: Verify, copy: string): Promise<string> {
  const { problems } = await verify(copy, { keys, threshold: 2, signal });
  return problems.map(({ where, message }) => `${where}: ${message}`).join('\n');
}

for (const { name, file, from, to, tamper, told } of checks) {
  test(`${name} is found, and by that check alone`, async () => {
    const copy = join(root, `tampered-${count++}`);
    await cp(folder, copy, { recursive: true });
    await tamper(copy);
    assert.match(await toldBy(verifyRelease, copy), told);
    const mutant = mutatedModule({ file: `builder/release/verify/${file}`, from, to }, 'verify-release.ts');
    const { verifyRelease: weakened } = (await import(mutant)) as { verifyRelease: Verify };
    assert.not.match(await toldBy(weakened, copy), told);
    await rm(copy, { recursive: true });
  });
}

test.run();

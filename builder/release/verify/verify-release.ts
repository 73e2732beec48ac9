import { createHash } from 'node:crypto';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { Limiter } from '../../lock/limiter.ts';
import type { PublicKey } from '../../signature/keys.ts';
import type { ReleasedFile, ReleasedImage, ReleaseManifest } from '../release-manifest.ts';
import { isSignatureName, manifestName } from '../signature-name.ts';
import { besideProblems } from './beside.ts';
import { packedImageProblems } from './packed-image.ts';
import { readManifest } from './read-manifest.ts';
import { problemLine, type ReleaseProblem } from './release-problem.ts';
import { readReleasedTree } from './released-tree.ts';
import { fileProblems } from './verify-file.ts';
import { type GoodSignature, verifySignatures } from './verify-signatures.ts';

/** What a release is held against. */
export interface VerifyOptions {
  readonly keys: readonly PublicKey[];
  /** How many different keys must have signed; 1 if left out. */
  readonly threshold?: number;
  /** A number of this name that is known: an older release is refused. */
  readonly minRelease?: number | ((name: string) => number | null);
  /** sha256 of each manifest of this name and number that is known: another one is refused, since a number is given once. */
  readonly knownManifests?: (name: string, number: number) => readonly string[];
  readonly signal: AbortSignal;
  /** Bytes looked at so far, and how many there are as far as it is known. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ReleaseVerdict {
  readonly folder: string;
  /** null if it cannot be read; to be used only if there are no problems. */
  readonly manifest: ReleaseManifest | null;
  /** sha256 of manifest.json; null if there is none. */
  readonly digest: string | null;
  readonly signatures: readonly GoodSignature[];
  /** Keys that signed, or claim to, and were not given: their signatures say nothing here. */
  readonly strangers: readonly string[];
  /** Everything that is wrong, in the order in which it was looked for. */
  readonly problems: readonly ReleaseProblem[];
}

/** Files at once; more than one, so that one is read while another is hashed. */
const width = 4;
/** Bytes: a manifest of a hundred images has a fraction of it. */
const longestManifest = 64 << 20;
const longestSignature = 64 << 10;

/**
 * Holds a release folder against its manifest, and the manifest against its signatures.
 * @throws BoardsmithError FILE_UNUSABLE if there is no folder to read, or it cannot be read; USAGE for a threshold that the keys cannot reach;
 * the signal's reason
 */
export async function verifyRelease(folder: string, options: VerifyOptions): Promise<ReleaseVerdict> {
  const head = await verifyHead(folder, options);
  const { manifest } = head;
  if (manifest === null) return head;
  const tree = await readReleasedTree(folder, manifest);
  const problems = [...head.problems, ...tree.problems];
  const progress = new Progress(manifest, options.onProgress);
  const limiter = new Limiter(width);
  const tasks = tree.files.map(
    async (file) =>
      await limiter.run(
        async () =>
          await wholeFileProblems(join(folder, file.path), file, manifest, options.signal, progress),
      ),
  );
  for (const found of await Promise.all(tasks)) problems.push(...found);
  problems.push(...(await besideProblems(folder, manifest)));
  return { ...head, problems };
}

/**
 * Holds one packed image of a release against the manifest, and the manifest against its signatures; the other files are not looked at.
 * @param file its path, in the release folder or elsewhere under its own name
 */
export async function verifyPackedImage(
  folder: string,
  file: string,
  options: VerifyOptions,
): Promise<ReleaseVerdict> {
  const head = await verifyHead(folder, options);
  const { manifest } = head;
  if (manifest === null) return head;
  const inside = relative(folder, file);
  const isElsewhere = inside.startsWith('..');
  const entry = manifest.files.find(({ path }) =>
    isElsewhere
      ? imageOf(manifest, path) !== undefined && basename(path) === basename(file)
      : path === inside,
  );
  if (entry === undefined || imageOf(manifest, entry.path) === undefined) {
    const where = isElsewhere ? file : inside;
    const problem: ReleaseProblem = { kind: 'extra', where, message: 'it is no image of this release' };
    return { ...head, problems: [...head.problems, problem] };
  }
  const progress = new Progress({ ...manifest, files: [entry] }, options.onProgress);
  const found = await wholeFileProblems(file, entry, manifest, options.signal, progress);
  return { ...head, problems: [...head.problems, ...found] };
}

/** Manifest, signatures and number alone: what must hold before anything else is believed. */
export async function verifyHead(folder: string, options: VerifyOptions): Promise<ReleaseVerdict> {
  const { keys, threshold = 1, minRelease } = options;
  const different = new Set(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size;
  if (threshold > different) {
    throw new BoardsmithError(
      'USAGE',
      `${different} different keys were given, fewer than the threshold of ${threshold}`,
      {
        hint: 'give a key for each --pub, or a lower --threshold',
      },
    );
  }
  const names = await namesIn(folder);
  const nothing = { folder, manifest: null, digest: null, signatures: [], strangers: [] };
  const missing = await plainFileProblem(join(folder, manifestName), manifestName, longestManifest);
  if (missing !== null) return { ...nothing, problems: [missing] };
  const bytes = await readFile(join(folder, manifestName));
  const texts = new Map<string, string>();
  const problems: ReleaseProblem[] = [];
  for (const name of names.filter(isSignatureName)) {
    const fault = await plainFileProblem(join(folder, name), name, longestSignature);
    // Links and the like are told by what walks the tree, where there is a manifest to walk it by.
    if (fault === null) texts.set(name, await readFile(join(folder, name), 'latin1'));
    else problems.push({ ...fault, kind: 'signature' });
  }
  const signed = verifySignatures(bytes, texts, keys, threshold);
  const read = readManifest(bytes);
  problems.push(...signed.problems, ...read.problems);
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (read.manifest !== null) {
    problems.push(...tooOld(read.manifest, minRelease), ...numberedTwice(read.manifest, digest, options));
  }
  return {
    folder,
    manifest: read.manifest,
    digest,
    signatures: signed.good,
    strangers: signed.strangers,
    problems,
  };
}

/** Gives a release that has no problem. @throws BoardsmithError RELEASE_INVALID with all of them */
export function requireSound(verdict: ReleaseVerdict): {
  readonly manifest: ReleaseManifest;
  readonly digest: string;
} {
  const { manifest, digest, problems, folder } = verdict;
  if (manifest !== null && digest !== null && problems.length === 0) return { manifest, digest };
  throw invalidRelease(folder, problems, problems.map(problemLine));
}

/**
 * What a release with problems is refused with.
 * @param what how the person who is told knows it
 * @param told lines below the message; none if they were told before
 */
export function invalidRelease(
  what: string,
  problems: readonly ReleaseProblem[],
  told: readonly string[] = [],
): BoardsmithError {
  if (problems.every(({ kind }) => kind === 'old')) {
    return new BoardsmithError(
      'RELEASE_INVALID',
      `${what} is signed, but a newer release or another of its number is known`,
      {
        hint: 'do not burn it: take the newest release, and ask its signers if this one should be it',
        problems: told,
      },
    );
  }
  return new BoardsmithError('RELEASE_INVALID', `${what} is not what its signers signed`, {
    hint: 'do not burn it: fetch it again, and ask who signed it',
    problems: told,
  });
}

function tooOld(manifest: ReleaseManifest, minRelease: VerifyOptions['minRelease']): ReleaseProblem[] {
  const least = typeof minRelease === 'function' ? minRelease(manifest.name) : (minRelease ?? null);
  if (least === null || manifest.number >= least) return [];
  const message = `it is release ${manifest.number} of ${manifest.name}, older than ${least}, which is known`;
  return [{ kind: 'old', where: `${manifestName}/number`, message }];
}

function numberedTwice(
  { name, number }: ReleaseManifest,
  digest: string,
  { knownManifests }: VerifyOptions,
): ReleaseProblem[] {
  const known = knownManifests?.(name, number) ?? [];
  if (known.length === 0 || known.includes(digest)) return [];
  const message = `another release ${number} of ${name} is known, with the manifest sha256 ${known.join(', ')}`;
  return [{ kind: 'old', where: `${manifestName}/number`, message }];
}

async function wholeFileProblems(
  path: string,
  file: ReleasedFile,
  manifest: ReleaseManifest,
  signal: AbortSignal,
  progress: Progress,
): Promise<ReleaseProblem[]> {
  const problems = await fileProblems(path, file, signal);
  progress.add(file.size);
  const image = imageOf(manifest, file.path);
  if (image === undefined || problems.length > 0) {
    if (image !== undefined) progress.add(image.raw.size);
    return problems;
  }
  let told = 0;
  return await packedImageProblems(path, file.path, image, signal, (bytes) => {
    progress.add(bytes - told);
    told = bytes;
  });
}

function imageOf({ images }: ReleaseManifest, path: string): ReleasedImage | undefined {
  return images.find(({ zstd, xz }) => zstd === path || xz === path);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot read the release ${folder}`, {
      hint: 'name the folder of a release, an image of it, or a device',
      cause,
    });
  }
}

async function plainFileProblem(file: string, name: string, longest: number): Promise<ReleaseProblem | null> {
  const state = await lstat(file).catch(() => null);
  if (state === null) return { kind: 'missing', where: name, message: 'it is not there' };
  if (!state.isFile()) return { kind: 'no-file', where: name, message: 'it is no plain file' };
  return state.size <= longest
    ? null
    : { kind: 'changed', where: name, message: `it has ${state.size} bytes, far too many` };
}

/** Bytes of all files, and of the images that are unpacked. */
class Progress {
  readonly #total: number;
  readonly #tell: (done: number, total: number) => void;
  #done = 0;

  constructor(
    manifest: Pick<ReleaseManifest, 'files' | 'images'>,
    tell?: (done: number, total: number) => void,
  ) {
    const unpacked = manifest.files.map(
      ({ path }) => imageOf(manifest as ReleaseManifest, path)?.raw.size ?? 0,
    );
    this.#total = [...manifest.files.map(({ size }) => size), ...unpacked].reduce(
      (sum, bytes) => sum + bytes,
      0,
    );
    this.#tell = tell ?? (() => {});
  }

  add(bytes: number): void {
    this.#done += bytes;
    this.#tell(this.#done, this.#total);
  }
}

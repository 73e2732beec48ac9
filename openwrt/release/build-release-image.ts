import { chmod, copyFile, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { LockedInput } from '../../builder/lock/lock-format.ts';
import type { OpenwrtRequest } from '../../builder/lock/resolve/openwrt/package-recorder.ts';
import { findImageBuilder, targetFolder } from '../../builder/lock/resolve/openwrt/release-paths.ts';
import { requireProfile } from '../../builder/lock/resolve/openwrt/release-profiles.ts';
import { findSha256 } from '../../builder/lock/resolve/openwrt/sha256sums.ts';
import { sha256OfFile } from '../../builder/lock/sha256-of-file.ts';
import { disabledScripts, type ManagementServices } from './closed/management-services.ts';
import { packageLicences } from './package-licences.ts';
import { type BuiltImage, findBuiltImage } from './read-built-profiles.ts';
import { manifestProblems, readManifest } from './read-manifest.ts';
import { gunzipImage, openRoot } from './root-of-image.ts';
import { type ReadableRoot, rootProblems } from './root-problems.ts';
import { type RouterFile, requireRouterFiles } from './router-file.ts';
import { runImageBuilder } from './run-imagebuilder.ts';
import { openTarRoot } from './tar-root.ts';
import { unpackImageBuilder } from './unpack-imagebuilder.ts';

/** What an image is made of besides the release. JSON values only: these are a step's parameters. */
export interface ReleaseImage {
  readonly request: OpenwrtRequest;
  /** All files to lay in: `closedFiles`. */
  readonly files: readonly RouterFile[];
  readonly services: ManagementServices;
  /** Which of the profile's images to take: `combined-efi` (armsr), `sdcard` (sunxi). For `tar` it says nothing. */
  readonly imageType: string;
  /** Of its root. `tar` is no image of a disk but the root by itself, for who lays it somewhere else. */
  readonly fileSystem: RootKind;
  /** Size of the root partition in MiB. */
  readonly rootMiB: number;
  /** A word for the image's name: the cluster's. */
  readonly name: string;
}

export type RootKind = 'squashfs' | 'ext4' | 'tar';

export interface ReleaseImageBuild {
  readonly image: ReleaseImage;
  /** What the lock answers the request with, and where those files lie, in the same order. Verified. */
  readonly release: readonly LockedInput[];
  readonly releaseFiles: readonly string[];
  /** Empty folders. */
  readonly output: string;
  readonly scratch: string;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** What was made, as it stands in `router.json` beside the image. */
export interface ReleaseImageFacts {
  /** Name of the image's file, packed with gzip. */
  readonly image: string;
  readonly sha256: string;
  /** Every package in it, sorted by name. The licence is an SPDX expression, as the package manager's record in the image has it; null if that has none. */
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly licence: string | null;
  }[];
}

const factsName = 'router.json';

/**
 * Builds a router's image with a release's ImageBuilder, which finds no server but one that gives out what the lock names, and looks at the
 * result: the image is there and has the hash that the ImageBuilder states, the manifest has what was asked for, and the root file system has every file
 * unchanged and nothing that the cluster does not name. Output: the image, and `router.json`.
 * @throws BoardsmithError INPUT_CORRUPT, RECIPE_INVALID (no such profile), STEP_FAILED (the ImageBuilder fails, or makes no image), AUDIT_FAILED
 * (with everything that is wrong with the image), HOST_UNSUITABLE, INTERRUPTED
 */
export async function buildReleaseImage(build: ReleaseImageBuild): Promise<ReleaseImageFacts> {
  const { image, output, scratch, signal, progress } = build;
  requireRouterFiles(image.files);
  const inputs = await releaseInputs(build);
  const { request } = image;
  requireProfile(await readFile(inputs.profiles, 'utf8'), request);
  const folder = join(scratch, 'imagebuilder');
  progress('unpacking the ImageBuilder');
  await unpackImageBuilder(inputs.imageBuilder, folder, signal);
  const files = join(scratch, 'files');
  await layFiles(image.files, files);
  const built = join(scratch, 'built');
  await mkdir(built);
  progress('running the ImageBuilder');
  await runImageBuilder({
    folder,
    version: request.version,
    goal: 'image',
    variables: {
      PROFILE: request.profile,
      PACKAGES: request.packages.join(' '),
      FILES: files,
      BIN_DIR: built,
      ROOTFS_PARTSIZE: String(image.rootMiB),
      EXTRA_IMAGE_NAME: image.name,
      DISABLED_SERVICES: disabledScripts(image.services).join(' '),
      // What make is given on its command line goes before the ImageBuilder's own .config.
      ...(image.fileSystem === 'tar' ? { CONFIG_TARGET_ROOTFS_TARGZ: 'y' } : {}),
    },
    scratch: join(scratch, 'home'),
    signal,
    answer: async (path) => inputs.byPath.get(path) ?? null,
  });
  progress('looking at the image');
  const found = await requireImage(built, image, signal);
  const installed = await requirePackages(built, request);
  const licences = await requireRoot(join(built, found.name), join(scratch, 'image'), image, signal);
  const packages = installed.map((one) => ({ ...one, licence: licences.get(one.name) ?? null }));
  await copyFile(join(built, found.name), join(output, found.name));
  const facts: ReleaseImageFacts = { image: found.name, sha256: found.sha256, packages };
  await writeFile(join(output, factsName), `${JSON.stringify(facts, null, 2)}\n`);
  return facts;
}

interface ReleaseInputs {
  readonly imageBuilder: string;
  readonly profiles: string;
  /** Path below the mirror's root → verified file. */
  readonly byPath: ReadonlyMap<string, string>;
}

/** Finds the release's files among the locked ones, and holds them to the (locked) checksums once more: a lock can be written by hand. */
async function releaseInputs({ image, release, releaseFiles }: ReleaseImageBuild): Promise<ReleaseInputs> {
  const { version, target } = image.request;
  const byPath = new Map<string, string>();
  const hashes = new Map<string, string>();
  release.forEach(({ entry }, index) => {
    if (entry.kind !== 'openwrt') return;
    byPath.set(entry.path, releaseFiles[index]!);
    hashes.set(entry.path, entry.sha256);
  });
  const folder = targetFolder(version, target);
  const locked = (name: string): string => {
    const file = byPath.get(`${folder}/${name}`);
    if (file === undefined) throw notLocked([`the lock has no ${folder}/${name}`]);
    return file;
  };
  const sums = await readFile(locked('sha256sums'), 'utf8');
  const archive = findImageBuilder(sums, version, target);
  if ('problem' in archive) throw notLocked([archive.problem]);
  const names = [archive.name, 'profiles.json'];
  const [imageBuilder, profiles] = names.map(locked) as [string, string];
  const problems = names.flatMap((name) => {
    const listed = findSha256(sums, name);
    if ('problem' in listed) return [listed.problem];
    const pinned = hashes.get(`${folder}/${name}`);
    return listed.sha256 === pinned
      ? []
      : [`${name} is locked with ${pinned}, but sha256sums says ${listed.sha256}`];
  });
  if (problems.length > 0) throw notLocked(problems);
  return { imageBuilder, profiles, byPath };
}

function notLocked(problems: readonly string[]): BoardsmithError {
  return new BoardsmithError('LOCK_INVALID', 'the lock does not hold a whole OpenWrt release', {
    problems,
    hint: 'boardsmith lock --renew openwrt',
  });
}

async function layFiles(files: readonly RouterFile[], folder: string): Promise<void> {
  for (const { path, mode, content } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
  }
  await setFolderModes(folder);
}

/** The ImageBuilder copies folders with their permissions as well, and those must not be this process's umask. */
async function setFolderModes(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await setFolderModes(join(folder, entry.name));
  }
}

/** @throws BoardsmithError STEP_FAILED without an image, AUDIT_FAILED for one with another hash */
async function requireImage(folder: string, image: ReleaseImage, signal: AbortSignal): Promise<BuiltImage> {
  const found =
    image.fileSystem === 'tar'
      ? await findTar(folder)
      : await findDisk(folder, image.request.profile, {
          type: image.imageType,
          fileSystem: image.fileSystem,
        });
  if (typeof found === 'string') throw noImage(found);
  const file = join(folder, found.name);
  if (!(await stat(file).catch(() => null))?.isFile()) throw noImage(`it did not write ${found.name}`);
  const sha256 = await sha256OfFile(file, signal);
  if (sha256 === found.sha256) return found;
  throw refusedImage([
    `${found.name} has the sha256 ${sha256}, but its ${image.fileSystem === 'tar' ? 'sha256sums' : 'profiles.json'} says ${found.sha256}`,
  ]);
}

async function findDisk(
  folder: string,
  profile: string,
  choice: Parameters<typeof findBuiltImage>[2],
): Promise<BuiltImage | string> {
  const text = await readFile(join(folder, 'profiles.json'), 'utf8').catch(() => null);
  return text === null ? 'it wrote no profiles.json' : findBuiltImage(text, profile, choice);
}

/** profiles.json names images of disks alone; the checksums beside it name everything. */
async function findTar(folder: string): Promise<BuiltImage | string> {
  const names = (await readdir(folder)).filter((name) =>
    /^[A-Za-z0-9][A-Za-z0-9._+-]*-rootfs\.tar\.gz$/.test(name),
  );
  if (names.length !== 1) return `it wrote ${names.length} files that end with -rootfs.tar.gz`;
  const sums = await readFile(join(folder, 'sha256sums'), 'utf8').catch(() => null);
  if (sums === null) return 'it wrote no sha256sums';
  const listed = findSha256(sums, names[0]!);
  return 'problem' in listed ? listed.problem : { name: names[0]!, sha256: listed.sha256 };
}

function noImage(what: string): BoardsmithError {
  return new BoardsmithError('STEP_FAILED', `the ImageBuilder ended well and made no image: ${what}`, {
    hint: 'it does so when an image is too large for the board: leave out packages, or give the root partition more room',
  });
}

async function requirePackages(
  folder: string,
  request: OpenwrtRequest,
): Promise<{ readonly name: string; readonly version: string }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.manifest'));
  if (names.length !== 1) throw refusedImage([`${names.length} manifests lie beside it, not one`]);
  const manifest = readManifest(await readFile(join(folder, names[0]!), 'utf8'));
  const problems = manifestProblems(manifest, request.packages);
  if (problems.length > 0) throw refusedImage(problems);
  return [...manifest]
    .map(([name, version]) => ({ name, version }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @returns the licences of its packages */
async function requireRoot(
  packed: string,
  unpacked: string,
  image: ReleaseImage,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (image.fileSystem === 'tar') return await requireSoundRoot(await openTarRoot(packed, signal), image);
  await gunzipImage(packed, unpacked, signal);
  const handle = await open(unpacked, 'r');
  try {
    return await requireSoundRoot(await openRoot(handle, image.fileSystem), image);
  } finally {
    await handle.close();
  }
}

async function requireSoundRoot(
  root: ReadableRoot,
  { files, services }: ReleaseImage,
): Promise<ReadonlyMap<string, string>> {
  const problems = await rootProblems(root, files, services);
  if (problems.length > 0) throw refusedImage(problems);
  return await packageLicences(root);
}

function refusedImage(problems: readonly string[]): BoardsmithError {
  return new BoardsmithError(
    'AUDIT_FAILED',
    'the image that the ImageBuilder made is not the one asked for',
    {
      problems,
      hint: 'do not use it; look at the packages that were asked for, and lock the release anew: boardsmith lock --renew openwrt',
    },
  );
}

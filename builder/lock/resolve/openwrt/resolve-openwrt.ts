import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardsmithError } from '../../../error/boardsmith-error.ts';
import { type OpenwrtTrust, openwrtTrust } from '../../clients/openwrt-sources.ts';
import { fetchOpenwrt } from '../../fetch/fetch-openwrt.ts';
import type { FetchOutcome } from '../../fetch/fetch-outcome.ts';
import { guardSize } from '../../fetch/size-guard.ts';
import type { OpenwrtEntry } from '../../lock-format.ts';
import { sha256OfFile } from '../../sha256-of-file.ts';
import type { Resolution, ResolveContext } from '../resolution.ts';
import { verifyGpg } from './gpg-signature.ts';
import { differenceFromKnown } from './known-releases.ts';
import type { OpenwrtRequest, PinnedDownload } from './package-recorder.ts';
import { refusedRelease } from './release-error.ts';
import { findImageBuilder, targetFolder } from './release-paths.ts';
import { requireProfile } from './release-profiles.ts';
import { findSha256 } from './sha256sums.ts';
import { usignKeyLine, verifyUsign } from './usign.ts';

/** No file's size is known before it is locked; the largest ImageBuilders have about 400 MB. In bytes. */
const largestFile = 512 << 20;
/** For checksums, signatures and profiles, which are read as a whole: the largest target's have less than 1 MB. */
const largestList = 4 << 20;

/**
 * Locks an OpenWrt release for one image: `sha256sums` with both signatures verified, what it names (ImageBuilder, profiles), and every
 * package index and package that the ImageBuilder takes.
 * @throws BoardsmithError INPUT_UNAVAILABLE, INPUT_CORRUPT (the mirror lies), RECIPE_INVALID (no such profile), HOST_UNSUITABLE (no keys,
 * no gpgv, no program that the ImageBuilder needs), STEP_FAILED (the ImageBuilder fails), INTERRUPTED
 */
export async function resolveOpenwrt(request: OpenwrtRequest, context: ResolveContext): Promise<Resolution> {
  const { version, target, profile } = request;
  const trust = openwrtTrust(context.environment);
  const folder = targetFolder(version, target);
  context.progress(`fetching the checksums of OpenWrt ${version} for ${target}`);
  const [sums, sig, asc] = [
    await required(`${folder}/sha256sums`, context, { limit: largestList }),
    await required(`${folder}/sha256sums.sig`, context, { limit: largestList }),
    await required(`${folder}/sha256sums.asc`, context, { limit: largestList }),
  ];
  const usign = await verifySignatures({ sums, sig, asc }, trust, context);
  const text = await readFile(sums.file, 'utf8');
  const profiles = await listed(text, folder, 'profiles.json', context, largestList);
  requireProfile(await readFile(profiles.file, 'utf8'), { version, target, profile });
  context.progress(`fetching the ImageBuilder of OpenWrt ${version} for ${target}`);
  const archive = findImageBuilder(text, version, target);
  if ('problem' in archive) throw refusedRelease(`${folder}: ${archive.problem}`);
  const imageBuilder = await listed(text, folder, archive.name, context);
  const difference = differenceFromKnown(version, target, {
    sha256sums: sums.entry.sha256,
    imageBuilder: imageBuilder.entry.sha256,
  });
  if (difference !== null) throw refusedRelease(difference);
  const signed = { ...sums.entry, signedBy: { gpg: trust.gpgFingerprint, usign } };
  const packages = await recordPackages(request, imageBuilder, context);
  return { entries: [signed, sig.entry, asc.entry, profiles.entry, imageBuilder.entry, ...packages] };
}

/** Both signatures, each by the key that was given: one alone could be forged with one stolen key. @returns the usign key's line */
async function verifySignatures(
  { sums, sig, asc }: Readonly<Record<'sums' | 'sig' | 'asc', PinnedDownload>>,
  trust: OpenwrtTrust,
  context: ResolveContext,
): Promise<string> {
  const publicKey = (await readKey(trust.usignKey)).toString();
  const usign = verifyUsign(await readFile(sums.file), await readFile(sig.file, 'utf8'), publicKey);
  const gpg = await verifyGpg({
    file: sums.file,
    signature: asc.file,
    key: await readKey(trust.gpgKey),
    fingerprint: trust.gpgFingerprint,
    scratch: join(context.scratch, 'gpgv'),
    environment: context.environment,
    signal: context.signal,
  });
  const problems = [usign, gpg].filter((verdict) => verdict !== null);
  if (problems.length > 0) {
    throw refusedRelease(`${sums.entry.path} is not signed as it must be: ${problems.join('; ')}`);
  }
  return usignKeyLine(publicKey)!;
}

async function readKey(file: string): Promise<Buffer> {
  return await readFile(file).catch((cause: unknown) => {
    throw new BoardsmithError('HOST_UNSUITABLE', `the key ${file} cannot be read`, {
      hint: 'name the file of the public key: BOARDSMITH_OPENWRT_GPG_KEY, BOARDSMITH_OPENWRT_USIGN_KEY',
      cause,
    });
  });
}

/** A file that `sha256sums` names, with the hash that stands there. */
async function listed(
  sums: string,
  folder: string,
  name: string,
  context: ResolveContext,
  limit = largestFile,
): Promise<PinnedDownload> {
  const found = findSha256(sums, name);
  if ('problem' in found) throw refusedRelease(`${folder}: ${found.problem}`);
  return await required(`${folder}/${name}`, context, { limit, sha256: found.sha256 });
}

async function recordPackages(
  request: OpenwrtRequest,
  imageBuilder: PinnedDownload,
  context: ResolveContext,
): Promise<readonly OpenwrtEntry[]> {
  const record = context.recordOpenwrtPackages;
  if (record === undefined) throw new Error('nothing was given that can run an ImageBuilder');
  return await record(request, {
    imageBuilder: imageBuilder.file,
    scratch: join(context.scratch, 'imagebuilder'),
    signal: context.signal,
    pin: (path) => pin(path, context, { limit: largestFile }),
    progress: context.progress,
  });
}

async function required(path: string, context: ResolveContext, expected: Expected): Promise<PinnedDownload> {
  const download = await pin(path, context, expected);
  if (download !== null) return download;
  throw new BoardsmithError('INPUT_UNAVAILABLE', `the mirror has no ${path}`, {
    hint: 'look at the version and the target, or set BOARDSMITH_OPENWRT_MIRROR to a mirror that has it',
  });
}

interface Expected {
  /** Bytes; a mirror that sends a few times as much is stopped. */
  readonly limit: number;
  /** What it must have, where that is known; anything else is not kept. */
  readonly sha256?: string;
}

/**
 * Fetches a file and takes it into the store.
 * @returns null if the mirror has none
 */
async function pin(
  path: string,
  context: ResolveContext,
  { limit, sha256 }: Expected,
): Promise<PinnedDownload | null> {
  const { store, signal } = context;
  return await store.fetchWith(
    (attempt) => guardSize(attempt, limit, (guarded) => fetchOpenwrt(path, guarded)),
    async (outcome) => {
      if (!outcome.ok && outcome.reason === 'gone') return null;
      if (!outcome.ok) throw failure(path, outcome);
      const entry = await entryOf(path, outcome.file, signal);
      if (sha256 !== undefined && entry.sha256 !== sha256) {
        throw refusedRelease(`${path} has the sha256 ${entry.sha256}; sha256sums says ${sha256}`);
      }
      await store.adopt(outcome.file, entry);
      return { entry, file: store.path(entry) };
    },
    signal,
  );
}

async function entryOf(path: string, file: string, signal: AbortSignal): Promise<OpenwrtEntry> {
  const parts = path.split('/');
  const { size } = await stat(file);
  const sha256 = await sha256OfFile(file, signal);
  return { kind: 'openwrt', name: parts.at(-1)!, version: parts[1]!, path, size, sha256 };
}

function failure(path: string, outcome: FetchOutcome & { readonly ok: false }): BoardsmithError {
  if (outcome.reason === 'corrupt') return refusedRelease(`${path} came damaged\n${outcome.detail}`);
  return new BoardsmithError('INPUT_UNAVAILABLE', `cannot fetch ${path}\n${outcome.detail}`, {
    hint:
      outcome.reason === 'refused'
        ? 'set BOARDSMITH_OPENWRT_MIRROR to a mirror that has the file itself'
        : 'connect this machine to the network and run the same command again, or set BOARDSMITH_OPENWRT_MIRROR',
  });
}

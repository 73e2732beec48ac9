import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VanishedInputsError } from './fetch/input-errors.ts';
import { fetchLines } from './fetch-event.ts';
import { formatLock } from './format-lock.ts';
import type { InputStore } from './input-store.ts';
import { describeLockChanges } from './lock-changes.ts';
import type { HostArchitecture, InputRequest, Lock, LockedInput } from './lock-format.ts';
import { lookUp } from './look-up.ts';
import { overlayLock } from './overlay-lock.ts';
import { readLock } from './read-lock.ts';
import { resolveLock } from './resolve-lock.ts';
import { writeLock } from './write-lock.ts';

export interface EnsureOrRenewOptions {
  readonly signal: AbortSignal;
  /** Told what the registries are asked for a successor, and, without `bring`, what is fetched. */
  readonly progress: (line: string) => void;
  /** How inputs are brought into the store, if not with one line for each. Must throw what InputStore.ensure throws. */
  readonly bring?: (inputs: readonly LockedInput[]) => Promise<void>;
  readonly hostArchitecture: HostArchitecture;
  readonly now: Date;
}

export interface UsableLock {
  readonly lock: Lock;
  /** The checkout's lock, or the private one if a pin had to be renewed. */
  readonly file: string;
  /** One line for people that says what was renewed; null if nothing was. */
  readonly notice: string | null;
}

/**
 * Brings all inputs of `requests` here, for somebody who only wants to see the project work: pins that their registries no longer have
 * are renewed, just those, in `privateLockFile`, which lies outside the checkout and is used again until the checkout's lock changes.
 * A build does not call this: it stops at a vanished pin.
 * @throws BoardsmithError as readLock, lookUp, InputStore.ensure and resolveLock do; never for a pin that is gone and has a successor
 */
export async function ensureOrRenew(
  lockFile: string,
  store: InputStore,
  requests: readonly InputRequest[],
  privateLockFile: string,
  options: EnsureOrRenewOptions,
): Promise<UsableLock> {
  const base = await readLock(lockFile);
  const before = (await isAllHere(base, store, requests, options.hostArchitecture))
    ? null
    : await readPrivateLock(privateLockFile, base);
  const pinned = before ?? base;
  const fetching = { signal: options.signal, onFetch: fetchLines(options.progress) };
  const bring = options.bring ?? (async (inputs) => await store.ensure(inputs, fetching));
  try {
    await bring(answersOf(pinned, requests, options.hostArchitecture));
    return before === null
      ? { lock: base, file: lockFile, notice: null }
      : { lock: before, file: privateLockFile, notice: noticeOf(base, before, privateLockFile) };
  } catch (error) {
    if (!(error instanceof VanishedInputsError)) throw error;
    const lock = await renew(pinned, error.vanished, requests, store, options);
    await bring(answersOf(lock, requests, options.hostArchitecture));
    await writePrivateLock(privateLockFile, lock, base);
    return { lock, file: privateLockFile, notice: noticeOf(base, lock, privateLockFile) };
  }
}

async function renew(
  pinned: Lock,
  vanished: readonly LockedInput[],
  requests: readonly InputRequest[],
  store: InputStore,
  options: EnsureOrRenewOptions,
): Promise<Lock> {
  const gone = new Set(vanished.map(({ id }) => id));
  const affected = requests.filter((request) =>
    lookUp(pinned, request, options.hostArchitecture).some(({ id }) => gone.has(id)),
  );
  // A closure is answered anew as a whole; only what is gone, and what that takes with it, must change.
  const preferred = Object.entries(pinned.entries).flatMap(([id, entry]) => (gone.has(id) ? [] : [entry]));
  const renewed = await resolveLock(affected, {
    ...options,
    store,
    previous: pinned,
    renew: 'all',
    preferred,
  });
  return overlayLock(pinned, renewed);
}

function answersOf(lock: Lock, requests: readonly InputRequest[], host: HostArchitecture): LockedInput[] {
  const all = requests.flatMap((request) => lookUp(lock, request, host));
  return [...new Map(all.map((input) => [input.id, input])).values()];
}

async function isAllHere(
  lock: Lock,
  store: InputStore,
  requests: readonly InputRequest[],
  host: HostArchitecture,
): Promise<boolean> {
  const here = await Promise.all(answersOf(lock, requests, host).map(({ entry }) => store.has(entry)));
  return here.every(Boolean);
}

/** The private lock, if it was made from the checkout's lock as it is now. */
async function readPrivateLock(file: string, base: Lock): Promise<Lock | null> {
  const madeFrom = await readFile(baseFile(file), 'utf8').catch(() => '');
  if (madeFrom.trim() !== digestOf(base)) return null;
  return await readLock(file).catch(() => null);
}

/** The lock goes first and comes last: the note about its base never stands beside a lock made from another one. */
async function writePrivateLock(file: string, lock: Lock, base: Lock): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  const draft = `${baseFile(file)}.${process.pid}.draft`;
  await writeFile(draft, `${digestOf(base)}\n`);
  await rename(draft, baseFile(file));
  await writeLock(file, lock);
}

function baseFile(file: string): string {
  return `${file}.base`;
}

function digestOf(lock: Lock): string {
  return createHash('sha256').update(formatLock(lock)).digest('hex');
}

function noticeOf(base: Lock, lock: Lock, file: string): string {
  const changes = describeLockChanges(base, lock).map(({ line }) => line);
  return `gone from their registries and renewed for this machine alone, in ${file}: ${changes.join(', ')}`;
}

import { setMaxListeners } from 'node:events';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { inThread } from './byte-threads/byte-threads.ts';
import type { Environment } from './clients/client-environment.ts';
import { type DebianMirrors, findDebianMirrors } from './clients/debian-mirrors.ts';
import { fetchEntry, fetchError } from './fetch/fetch-entry.ts';
import { fetchNpmTogether, npmBatch } from './fetch/fetch-npm-together.ts';
import type { FetchContext, FetchOutcome } from './fetch/fetch-outcome.ts';
import { corrupt, missingOffline, VanishedInputsError } from './fetch/input-errors.ts';
import { guardSize } from './fetch/size-guard.ts';
import { differenceFrom, type Fingerprint } from './fetch/verify-file.ts';
import type { FetchEvent } from './fetch-event.ts';
import { Limiter } from './limiter.ts';
import type { LockEntry, LockedInput } from './lock-format.ts';
import { ScratchFolders } from './scratch-folders.ts';
import { type ChosenFolder, cacheFolderAt, requireWritable, writingTo } from './storage-fault.ts';
import { syncFolder } from './sync-folder.ts';

export interface InputStoreOptions {
  /** False: take inputs from the cache and from vendor folders only. */
  readonly network: boolean;
  /** Folders made by vendorInputs, looked through before the network is asked. */
  readonly vendorDirectories?: readonly string[];
  /** Where proxies, certificates and mirrors are taken from; the process's own unless a test says otherwise. */
  readonly environment?: Environment;
  /** Pauses in milliseconds before a fetch is tried again after a fault that may pass. */
  readonly retryDelays?: readonly number[];
}

export interface EnsureOptions {
  readonly signal: AbortSignal;
  readonly onFetch?: (event: FetchEvent) => void;
}

interface Ensuring extends EnsureOptions {
  /** Ids of inputs of which is said already that they are being fetched. */
  readonly announced: ReadonlySet<string>;
}

export interface TogetherOptions {
  readonly size: number | null;
  readonly use: (file: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/** How many files are fetched at once. */
const parallel = 4;
const standardRetryDelays = [1000, 4000, 15000];

/**
 * Locked files by content: `<cache>/inputs/sha256/<hash>`. A file stands there only after its size and sha256 were those of the lock.
 * Several processes may use one cache at once: each fetches aside and renames, and equal names are equal bytes.
 */
export class InputStore {
  readonly #cache: ChosenFolder;
  readonly #folder: string;
  readonly #scratch: ScratchFolders;
  readonly #options: InputStoreOptions;
  readonly #limiter = new Limiter(parallel);
  /** By sha256: what was verified in this run of the process. */
  readonly #verified = new Set<string>();
  /** By sha256: what is being fetched or verified. */
  readonly #pending = new Map<string, Promise<void>>();
  #mirrors: DebianMirrors | undefined;

  constructor(cacheDirectory: string, options: InputStoreOptions) {
    this.#cache = cacheFolderAt(cacheDirectory);
    this.#folder = join(cacheDirectory, 'inputs', 'sha256');
    this.#scratch = new ScratchFolders(join(cacheDirectory, 'inputs', 'incoming'));
    this.#options = options;
  }

  get environment(): Environment {
    return this.#options.environment ?? process.env;
  }

  /** Where the file is once it is here. */
  path(entry: LockEntry): string {
    return join(this.#folder, entry.sha256);
  }

  /**
   * For builds without the network: refuses before anything runs if an input is nowhere here.
   * @throws BoardsmithError INPUT_UNAVAILABLE with all that are missing
   */
  async requireHere(inputs: readonly LockedInput[]): Promise<void> {
    const missing = await this.absent(inputs);
    if (missing.length > 0) throw missingOffline(missing, this.#vendors);
  }

  /** Those that are neither in the cache nor in a vendor folder, by their names alone: what `ensure` would fetch. */
  async absent(inputs: readonly LockedInput[]): Promise<LockedInput[]> {
    const places = [this.#folder, ...this.#vendors.map((folder) => join(folder, 'sha256'))];
    const isHere = async ({ entry }: LockedInput): Promise<boolean> => {
      const sizes = await Promise.all(places.map((place) => sizeOf(join(place, entry.sha256))));
      return sizes.some((size) => size !== null);
    };
    const here = await Promise.all(inputs.map(isHere));
    return inputs.filter((_, index) => !here[index]);
  }

  get #vendors(): readonly string[] {
    return this.#options.vendorDirectories ?? [];
  }

  /** Whether a file of the right size stands in the cache; its bytes are verified by `ensure`. */
  async has(entry: LockEntry): Promise<boolean> {
    return (await sizeOf(this.path(entry))) === entry.size;
  }

  /**
   * Brings inputs here and verifies them: size always, sha256 once in a run of the process.
   * @returns their paths, in the order of `inputs`
   * @throws BoardsmithError INPUT_UNAVAILABLE (VanishedInputsError with all that are gone), INPUT_CORRUPT, FILE_UNUSABLE (the cache is full or
   * read-only), INTERRUPTED; nothing that is not what is locked stays in the cache
   */
  async ensure(inputs: readonly LockedInput[], options: EnsureOptions): Promise<readonly string[]> {
    return await writingTo(this.#cache, () => this.#ensureAll(inputs, options));
  }

  async #ensureAll(inputs: readonly LockedInput[], options: EnsureOptions): Promise<readonly string[]> {
    await this.#scratch.removeLeftovers();
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    // Every input listens; Node would take more than ten for a leak.
    setMaxListeners(0, signal);
    const announced = await this.#fetchTogether(inputs, { ...options, signal });
    const vanished: { input: LockedInput; detail: string }[] = [];
    let failure: unknown;
    await Promise.all(
      inputs.map(async (input) => {
        try {
          await this.#ensureOne(input, { ...options, signal, announced });
        } catch (error) {
          if (error instanceof VanishedInputsError) {
            // Others go on, so that all that is gone is named at once.
            vanished.push({ input, detail: error.message.split('\n').slice(1).join('\n') });
          } else {
            failure ??= error;
            stop.abort(error);
          }
        }
      }),
    );
    if (options.signal.aborted) throw interrupted(options.signal);
    if (failure !== undefined) throw failure;
    if (vanished.length > 0) {
      const inOrder = inputs
        .map((input) => vanished.find((one) => one.input === input))
        .filter((one) => one !== undefined);
      throw new VanishedInputsError(
        inOrder.map((one) => one.input),
        inOrder.map((one) => one.detail),
      );
    }
    return inputs.map(({ entry }) => this.path(entry));
  }

  /** Mirrors as this machine's apt has them; asked once. */
  async debianMirrors(signal: AbortSignal): Promise<DebianMirrors> {
    this.#mirrors ??= await this.#scratch.use((scratch) =>
      findDebianMirrors(this.environment, scratch, signal),
    );
    return this.#mirrors;
  }

  /** Runs `task` with an empty folder on the cache's file system. */
  async withScratch<Result>(task: (folder: string) => Promise<Result>): Promise<Result> {
    await requireWritable(this.#cache);
    return await writingTo(this.#cache, () => this.#scratch.use(task));
  }

  /** Runs `task` as one of the few fetches at a time, again after a fault that may pass, until there is an outcome that stays. */
  async fetchWith<Result>(
    attempt: (context: FetchContext) => Promise<FetchOutcome>,
    use: (outcome: FetchOutcome) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const delays = this.#options.retryDelays ?? standardRetryDelays;
    await requireWritable(this.#cache);
    return await this.#limiter.run(async () => {
      for (let round = 0; ; round++) {
        if (signal.aborted) throw interrupted(signal);
        const done = await this.#scratch.use(async (scratch) => {
          const outcome = await attempt({
            scratch,
            environment: this.environment,
            signal,
            mirrors: () => this.debianMirrors(signal),
          });
          return round < delays.length && mayPass(outcome, round) ? null : { result: await use(outcome) };
        });
        if (done !== null) return done.result;
        await sleep(delays[round], undefined, { signal }).catch(() => {});
      }
    });
  }

  /**
   * Fetches npm tarballs, many with one start of npm: a hundred small ones take a hundredth of the time. Whatever does not come this way is
   * to be fetched alone; no error of a registry is told here.
   * @param size bytes that they have together at most, null if that is not known
   * @param use is given each file that came, which is gone afterwards; nothing says what it is but its bytes
   * @throws BoardsmithError INTERRUPTED
   */
  async fetchNpmTogether(
    wanted: readonly { readonly name: string; readonly version: string }[],
    { size, use, signal }: TogetherOptions,
  ): Promise<void> {
    await requireWritable(this.#cache);
    const batches = Array.from({ length: Math.ceil(wanted.length / npmBatch) }, (_, index) =>
      wanted.slice(index * npmBatch, (index + 1) * npmBatch),
    );
    const fetchBatch = async (batch: typeof wanted): Promise<void> => {
      await this.#scratch.use(async (scratch) => {
        const mirrors = () => this.debianMirrors(signal);
        const context = { scratch, environment: this.environment, signal, mirrors };
        const fetch = (within: FetchContext): Promise<string[]> => fetchNpmTogether(batch, within);
        const came: readonly string[] | FetchOutcome = await (size === null
          ? fetch(context)
          : guardSize(context, size, fetch));
        if ('ok' in came) return;
        for (const file of came) await use(file);
      });
    };
    await Promise.all(batches.map((batch) => this.#limiter.run(() => fetchBatch(batch))));
  }

  /** Takes a file of the cache's file system into the store. It must have been verified. */
  async adopt(file: string, fingerprint: Fingerprint): Promise<void> {
    const handle = await open(file, 'r');
    await handle.sync();
    await handle.close();
    await chmod(file, 0o444);
    const target = join(this.#folder, fingerprint.sha256);
    await mkdir(this.#folder, { recursive: true });
    await rename(file, target);
    await syncFolder(dirname(target));
    this.#verified.add(fingerprint.sha256);
  }

  /** What can be fetched with others is, as far as that goes. @returns ids of what was announced as being fetched */
  async #fetchTogether(
    inputs: readonly LockedInput[],
    { signal, onFetch }: EnsureOptions,
  ): Promise<ReadonlySet<string>> {
    if (!this.#options.network) return new Set();
    const npm = inputs.filter(
      ({ entry }) =>
        entry.kind === 'npm' && !this.#verified.has(entry.sha256) && !this.#pending.has(entry.sha256),
    );
    const wanted = new Map((await this.absent(npm)).map((input) => [input.entry.sha256, input]));
    // One alone is fetched as it always is.
    if (wanted.size < 2) return new Set();
    const all = [...wanted.values()];
    for (const input of all) onFetch?.({ type: 'fetching', input });
    const work = this.fetchNpmTogether(
      all.map(({ entry }) => entry),
      {
        size: all.reduce((sum, { entry }) => sum + entry.size, 0),
        use: async (file) => {
          const input = wanted.get(await inThread('fileDigest', [file], signal));
          if (input === undefined || (await differenceFrom(file, input.entry, signal)) !== null) return;
          await this.adopt(file, input.entry);
          onFetch?.({ type: 'fetched', input });
        },
        signal,
      },
      // A fetch of its own meets the same fault, and says so.
    ).catch(() => {});
    for (const sha256 of wanted.keys()) this.#pending.set(sha256, work);
    await work;
    for (const sha256 of wanted.keys()) this.#pending.delete(sha256);
    return new Set(all.map(({ id }) => id));
  }

  async #ensureOne(input: LockedInput, options: Ensuring): Promise<void> {
    const { sha256 } = input.entry;
    for (;;) {
      if (options.signal.aborted) throw interrupted(options.signal);
      const shared = this.#pending.get(sha256);
      if (shared === undefined) break;
      // Somebody else of this process is at it. If they give up, we try ourselves.
      await shared.catch(() => {});
      if (this.#verified.has(sha256)) break;
    }
    const work = this.#bring(input, options);
    this.#pending.set(sha256, work);
    try {
      await work;
    } finally {
      this.#pending.delete(sha256);
    }
  }

  async #bring(input: LockedInput, options: Ensuring): Promise<void> {
    const { entry } = input;
    const cached = this.path(entry);
    let damage: string | null = null;
    if ((await sizeOf(cached)) !== null) {
      damage = await this.#damageOf(cached, entry, options.signal);
      if (damage === null) return;
      this.#verified.delete(entry.sha256);
      await rm(cached, { force: true });
    }
    if (await this.#takeVendored(input, options)) return;
    if (!this.#options.network) {
      throw damage === null
        ? missingOffline([input], this.#vendors)
        : corrupt(input, 'the copy in the cache', damage);
    }
    await this.#fetch(input, options);
  }

  async #damageOf(file: string, entry: LockEntry, signal: AbortSignal): Promise<string | null> {
    if (this.#verified.has(entry.sha256) && (await sizeOf(file)) === entry.size) return null;
    const damage = await differenceFrom(file, entry, signal);
    if (damage === null) this.#verified.add(entry.sha256);
    return damage;
  }

  async #takeVendored(input: LockedInput, options: Ensuring): Promise<boolean> {
    for (const folder of this.#vendors) {
      const vendored = join(folder, 'sha256', input.entry.sha256);
      if ((await sizeOf(vendored)) === null) continue;
      await this.#scratch.use(async (scratch) => {
        const copy = join(scratch, 'copy');
        await copyFile(vendored, copy, constants.COPYFILE_FICLONE);
        const difference = await differenceFrom(copy, input.entry, options.signal);
        if (difference !== null)
          throw corrupt(input, `the copy ${vendored}`, difference, damagedVendor(folder));
        await this.adopt(copy, input.entry);
      });
      return true;
    }
    return false;
  }

  async #fetch(input: LockedInput, options: Ensuring): Promise<void> {
    const { entry } = input;
    let begun = options.announced.has(input.id);
    await this.fetchWith(
      (context) => {
        // Only now: it may have waited for its turn, and a second attempt is the same fetch.
        if (!begun) options.onFetch?.({ type: 'fetching', input });
        begun = true;
        return fetchEntry(entry, context);
      },
      async (outcome) => {
        if (!outcome.ok) throw fetchError(input, outcome);
        const difference = await differenceFrom(outcome.file, entry, options.signal);
        if (difference !== null) throw corrupt(input, 'what the registry sent', difference);
        await this.adopt(outcome.file, entry);
      },
      options.signal,
    );
    options.onFetch?.({ type: 'fetched', input });
  }
}

function damagedVendor(folder: string): string {
  return `do not use it: copy the folder anew from where it came, or make it again: boardsmith lock RECIPE --vendor ${folder}`;
}

/** pip takes a connection that was cut for a whole file of other bytes: those get one more chance. */
function mayPass(outcome: FetchOutcome, round: number): boolean {
  return !outcome.ok && (outcome.reason === 'passing' || (outcome.reason === 'corrupt' && round === 0));
}

function interrupted(signal: AbortSignal): BoardsmithError {
  return new BoardsmithError('INTERRUPTED', 'stopped', { cause: signal.reason });
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch {
    return null;
  }
}

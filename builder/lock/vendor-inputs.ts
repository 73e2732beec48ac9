import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { differenceFrom } from './fetch/verify-file.ts';
import { fetchLines } from './fetch-event.ts';
import { lockFileName } from './find-lock.ts';
import { formatLock } from './format-lock.ts';
import type { InputStore } from './input-store.ts';
import type { Lock, LockEntry, LockedInput } from './lock-format.ts';
import { ScratchFolders } from './scratch-folders.ts';

const indexName = 'index.txt';
const filesName = 'sha256';
/** First line of the index: what tells a folder of ours from somebody's own. */
const indexMark = '# inputs of boardsmith.lock, copied by: boardsmith lock --vendor (sha256, entry, file)';

/**
 * Copies every input of a lock, of all build machines, into a folder from which an InputStore takes them (`vendorDirectories`) when no
 * registry has them any more: `sha256/<hash>`, the lock, and an index for people. A new folder is there whole or not at all. One that was
 * made by this function is brought up to date; at every moment it holds all inputs of the lock that lies in it.
 * @throws BoardsmithError FILE_UNUSABLE (there is something else, or it cannot be written), INPUT_UNAVAILABLE, INPUT_CORRUPT, INTERRUPTED
 */
export async function vendorInputs(
  lock: Lock,
  directory: string,
  store: InputStore,
  options: { readonly signal: AbortSignal; readonly progress: (line: string) => void },
): Promise<void> {
  const target = resolve(directory);
  const isThere = await isVendorFolder(target);
  const inputs = Object.entries(lock.entries).map(([id, entry]): LockedInput => ({ id, entry }));
  const files = await store.ensure(inputs, {
    signal: options.signal,
    onFetch: fetchLines(options.progress),
  });
  const drafts = new ScratchFolders(dirname(target), `.${basename(target)}.draft-`);
  try {
    await drafts.removeLeftovers();
    await drafts.use(async (scratch) => {
      const draft = join(scratch, 'whole');
      await mkdir(join(draft, filesName), { recursive: true });
      for (const [index, input] of inputs.entries()) {
        options.progress(`copying ${input.entry.name} ${input.entry.version}`);
        await copyVerified(files[index]!, join(draft, filesName, input.entry.sha256), input, options.signal);
      }
      await writeFile(join(draft, lockFileName), formatLock(lock));
      await writeFile(join(draft, indexName), formatIndex(inputs));
      if (isThere) await bringUpToDate(target, draft);
      else await rename(draft, target);
    });
  } catch (cause) {
    if (cause instanceof BoardsmithError) throw cause;
    if (options.signal.aborted) throw new BoardsmithError('INTERRUPTED', 'stopped', { cause });
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${target}`, {
      hint: 'look at the space and the permissions there, or name another folder: --vendor DIR',
      cause,
    });
  }
}

/**
 * True for a folder that this function made, false for an empty one or none.
 * @throws BoardsmithError FILE_UNUSABLE for anything else: it is somebody's own, and is not written to
 */
async function isVendorFolder(target: string): Promise<boolean> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw somethingElse(target, error);
  });
  if (names.length === 0) return false;
  const index = await readFile(join(target, indexName), 'utf8').catch(() => '');
  const held = await readdir(join(target, filesName)).catch(() => ['?']);
  const isOurs =
    names.sort().join() === [lockFileName, indexName, filesName].join() &&
    index.startsWith(`${indexMark}\n`) &&
    held.every((name) => /^[0-9a-f]{64}$/.test(name));
  if (isOurs) return true;
  throw somethingElse(target);
}

function somethingElse(target: string, cause?: unknown): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `${target} holds something else`, {
    hint: 'name a folder that is empty or not there yet',
    cause,
  });
}

/** New files first, then the lock that needs them, then what nothing needs any more goes: a kill in between leaves a whole folder. */
async function bringUpToDate(target: string, draft: string): Promise<void> {
  const wanted = await readdir(join(draft, filesName));
  for (const name of wanted) await rename(join(draft, filesName, name), join(target, filesName, name));
  await rename(join(draft, lockFileName), join(target, lockFileName));
  await rename(join(draft, indexName), join(target, indexName));
  for (const name of await readdir(join(target, filesName))) {
    if (!wanted.includes(name)) await rm(join(target, filesName, name));
  }
}

async function copyVerified(
  from: string,
  to: string,
  input: LockedInput,
  signal: AbortSignal,
): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // A disk that loses bytes should be found now, and not when the pins are gone.
  const difference = await differenceFrom(to, input.entry, signal);
  if (difference !== null) {
    throw new BoardsmithError('INPUT_CORRUPT', `the copy of ${input.id} went wrong: ${difference}`, {
      hint: 'check the disk, and run the same command again',
    });
  }
  const handle = await open(to, 'r');
  await handle.sync();
  await handle.close();
}

function formatIndex(inputs: readonly LockedInput[]): string {
  const lines = inputs.map(({ id, entry }) => `${entry.sha256}  ${id}  ${fileNameOf(entry)}`);
  return `${[indexMark, ...lines].join('\n')}\n`;
}

function fileNameOf(entry: LockEntry): string {
  if (entry.kind === 'debian' || entry.kind === 'debian-source' || entry.kind === 'openwrt') {
    return basename(entry.path);
  }
  if (entry.kind === 'pypi') return entry.file;
  return `${entry.name.replace('@', '').replace('/', '-')}-${entry.version}.tgz`;
}

import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { differenceFrom } from './fetch/verify-file.ts';
import { lockFileName } from './find-lock.ts';
import { formatLock } from './format-lock.ts';
import type { EnsureOptions, InputStore } from './input-store.ts';
import type { Lock, LockEntry, LockedInput } from './lock-format.ts';

const indexName = 'index.txt';

/**
 * Copies every input of a lock, of all build machines, into a folder from which an InputStore takes them (`vendorDirectories`) when no
 * registry has them any more: `sha256/<hash>`, the lock, and an index for people. The folder is there whole or not at all; one that was
 * made by this function is replaced.
 * @throws BoardsmithError FILE_UNUSABLE (the folder holds something else, or cannot be written), INPUT_UNAVAILABLE, INPUT_CORRUPT, INTERRUPTED
 */
export async function vendorInputs(
  lock: Lock,
  directory: string,
  store: InputStore,
  options: EnsureOptions,
): Promise<void> {
  const target = resolve(directory);
  const existing = await readdir(target).catch((): string[] => []);
  if (existing.length > 0 && !existing.includes(indexName)) {
    throw new BoardsmithError('FILE_UNUSABLE', `${target} holds something else`, {
      hint: 'name a folder that is empty or not there yet',
    });
  }
  const inputs = Object.entries(lock.entries).map(([id, entry]): LockedInput => ({ id, entry }));
  const files = await store.ensure(inputs, options);
  const draft = `${target}.${process.pid}.draft`;
  try {
    await mkdir(join(draft, 'sha256'), { recursive: true });
    for (const [index, input] of inputs.entries()) {
      options.progress(`copying ${input.entry.name} ${input.entry.version}`);
      await copyVerified(files[index]!, join(draft, 'sha256', input.entry.sha256), input, options.signal);
    }
    await writeFile(join(draft, lockFileName), formatLock(lock));
    await writeFile(join(draft, indexName), formatIndex(inputs));
    await replaceFolder(draft, target);
  } catch (cause) {
    if (cause instanceof BoardsmithError) throw cause;
    if (options.signal.aborted) throw new BoardsmithError('INTERRUPTED', 'stopped', { cause });
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write ${target}`, { cause });
  } finally {
    await rm(draft, { recursive: true, force: true });
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

async function replaceFolder(draft: string, target: string): Promise<void> {
  const old = `${draft}.old`;
  await rename(target, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(draft, target);
  await rm(old, { recursive: true, force: true });
}

function formatIndex(inputs: readonly LockedInput[]): string {
  return inputs.map(({ id, entry }) => `${entry.sha256}  ${id}  ${fileNameOf(entry)}\n`).join('');
}

function fileNameOf(entry: LockEntry): string {
  if (entry.kind === 'debian') return basename(entry.path);
  if (entry.kind === 'pypi') return entry.file;
  return `${entry.name.replace('@', '').replace('/', '-')}-${entry.version}.tgz`;
}

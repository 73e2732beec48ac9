import { stat } from 'node:fs/promises';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { fetchNpm } from '../fetch/fetch-npm.ts';
import type { NpmLockEntry } from '../lock-format.ts';
import { sha256OfFile } from '../sha256-of-file.ts';
import { differenceFromIntegrity, sha512Integrity } from './integrity.ts';
import type { ResolveContext } from './resolution.ts';

/**
 * Fetches and pins the tarball of one exact version. npm holds it to the integrity that the registry states.
 * @param integrity what somebody else (a package-lock.json) says that it must be
 * @throws BoardsmithError INPUT_UNAVAILABLE, INPUT_CORRUPT
 */
export async function resolveNpmTarball(
  wanted: { readonly name: string; readonly version: string; readonly integrity?: string },
  context: ResolveContext,
): Promise<NpmLockEntry> {
  const { name, version } = wanted;
  context.progress(`fetching ${name} ${version}`);
  return await context.store.fetchWith(
    (attempt) => fetchNpm(wanted, attempt),
    async (outcome): Promise<NpmLockEntry> => {
      if (!outcome.ok) throw failure(name, version, outcome.reason, outcome.detail);
      const difference =
        wanted.integrity === undefined ? null : await differenceFromIntegrity(outcome.file, wanted.integrity);
      if (difference !== null) throw failure(name, version, 'corrupt', difference);
      return await pinTarball({ name, version }, outcome.file, context);
    },
    context.signal,
  );
}

/** Takes a tarball that came, and was held to its integrity, into the store. */
export async function pinTarball(
  { name, version }: { readonly name: string; readonly version: string },
  file: string,
  { store, signal }: Pick<ResolveContext, 'store' | 'signal'>,
): Promise<NpmLockEntry> {
  const { size } = await stat(file);
  const sha256 = await sha256OfFile(file, signal);
  const integrity = await sha512Integrity(file);
  await store.adopt(file, { size, sha256 });
  return { kind: 'npm', name, version, size, sha256, integrity };
}

function failure(name: string, version: string, reason: string, detail: string): BoardsmithError {
  switch (reason) {
    case 'corrupt':
      return new BoardsmithError('INPUT_CORRUPT', `${name}@${version} is not what it must be\n${detail}`, {
        hint: 'run the same command again; if it stays so, look at the registry that npm is set up for',
      });
    case 'gone':
      return new BoardsmithError(
        'INPUT_UNAVAILABLE',
        `the npm registry has no ${name}@${version}\n${detail}`,
        {
          hint: 'correct the name or the version where it is asked for',
        },
      );
    default:
      return new BoardsmithError('INPUT_UNAVAILABLE', `cannot fetch ${name}@${version}\n${detail}`, {
        hint: 'connect this machine to the network and run the same command again',
      });
  }
}

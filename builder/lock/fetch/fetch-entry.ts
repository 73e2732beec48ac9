import type { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { LockEntry, LockedInput } from '../lock-format.ts';
import { fetchDebian } from './fetch-debian.ts';
import { fetchNpm } from './fetch-npm.ts';
import { fetchOpenwrt } from './fetch-openwrt.ts';
import type { FetchContext, FetchOutcome } from './fetch-outcome.ts';
import { fetchPypi } from './fetch-pypi.ts';
import { corrupt, unreachable, VanishedInputsError } from './input-errors.ts';
import { guardSize } from './size-guard.ts';

/** One attempt to fetch what is locked, from the registry that it is from. Its bytes are not checked here. */
export async function fetchEntry(entry: LockEntry, context: FetchContext): Promise<FetchOutcome> {
  return await guardSize(context, entry.size, async (guarded) => {
    switch (entry.kind) {
      case 'debian':
      case 'debian-source':
        return await fetchDebian(entry, guarded);
      case 'npm':
        return await fetchNpm(entry, guarded);
      case 'pypi':
        return await fetchPypi(entry, guarded);
      case 'openwrt':
        return await fetchOpenwrt(entry.path, guarded);
    }
  });
}

/** The error that a failed attempt becomes when there is no other. */
export function fetchError(
  input: LockedInput,
  outcome: FetchOutcome & { readonly ok: false },
): BoardsmithError {
  if (outcome.reason === 'gone') return new VanishedInputsError([input], [outcome.detail]);
  if (outcome.reason === 'corrupt') return corrupt(input, 'what the registry sent', outcome.detail);
  return unreachable(input, outcome.detail);
}

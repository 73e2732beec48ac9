import { InputStore } from '../../builder/lock/input-store.ts';
import type { Lock } from '../../builder/lock/lock-format.ts';
import type { OpenwrtRequest } from '../../builder/lock/resolve/openwrt/package-recorder.ts';
import { resolveLock } from '../../builder/lock/resolve-lock.ts';
import { recordPackages } from '../../openwrt/release/record-packages.ts';
import { loopbackEnvironment } from './loopback-environment.ts';

export interface ReleaseLocking {
  readonly request: OpenwrtRequest;
  readonly address: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly cache: string;
  readonly previous?: Lock;
  readonly renew?: 'all';
}

/** The store of a test's cache, with the test's mirror. */
export function releaseStore({ address, environment, cache }: ReleaseLocking): InputStore {
  const all = { ...loopbackEnvironment(address), ...environment };
  return new InputStore(cache, { network: true, environment: all, retryDelays: [] });
}

/** Locks a release from a test's mirror. */
export async function lockRelease(locking: ReleaseLocking): Promise<Lock> {
  return await resolveLock([locking.request], {
    previous: locking.previous ?? null,
    renew: locking.renew ?? 'none',
    hostArchitecture: 'x86_64',
    now: new Date('2026-11-26T12:00:00Z'),
    store: releaseStore(locking),
    recordOpenwrtPackages: recordPackages,
    signal: new AbortController().signal,
    progress: () => {},
  });
}

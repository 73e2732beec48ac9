import type { Environment } from '../clients/client-environment.ts';
import type { InputStore } from '../input-store.ts';
import type { LockEntry, PackagePlace } from '../lock-format.ts';
import type { OpenwrtPackageRecorder } from './openwrt/package-recorder.ts';

/** The answer to one request, before it stands in a lock. */
export interface Resolution {
  readonly entries: readonly LockEntry[];
  /** For npm trees. */
  readonly places?: readonly PackagePlace[];
}

/** What every resolver works with. */
export interface ResolveContext {
  /** An empty folder, removed afterwards. */
  readonly scratch: string;
  /** Files that had to be fetched to be pinned are kept there. */
  readonly store: InputStore;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** An entry of the lock as it was. */
  known(id: string): LockEntry | undefined;
  /** Entries to stay with, where their registry lets, in an answer that is asked for anew. */
  readonly preferred: readonly LockEntry[];
  /** Runs an OpenWrt ImageBuilder to see which packages it takes; only requests for a release need it. */
  readonly recordOpenwrtPackages?: OpenwrtPackageRecorder | undefined;
  progress(line: string): void;
}

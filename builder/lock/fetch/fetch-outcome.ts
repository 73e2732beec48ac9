import type { Environment } from '../clients/client-environment.ts';
import type { DebianMirrors } from '../clients/debian-mirrors.ts';
import type { Fault } from './client-faults.ts';

/** What came of one attempt to fetch a file. */
export type FetchOutcome =
  | { readonly ok: true; readonly file: string }
  | {
      readonly ok: false;
      readonly reason: Fault;
      readonly detail: string;
    };

export interface FetchContext {
  /** An empty folder of this attempt. */
  readonly scratch: string;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Asks this machine's apt once for all fetches. */
  mirrors(): Promise<DebianMirrors>;
}

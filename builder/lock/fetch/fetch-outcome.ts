import type { Environment } from '../clients/client-environment.ts';
import type { DebianMirrors } from '../clients/debian-mirrors.ts';

/**
 * What came of one attempt to fetch a file.
 * gone: the registry has no such file. passing: may work later. refused: anything else.
 */
export type FetchOutcome =
  | { readonly ok: true; readonly file: string }
  | {
      readonly ok: false;
      readonly reason: 'gone' | 'passing' | 'refused' | 'corrupt';
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

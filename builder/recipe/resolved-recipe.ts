import type { ProgramKind } from './runtime-name.ts';
import type { UnitFact } from './unit-fact.ts';

/** A recipe after validation and normalisation. Frozen; nothing after `recipe/` reads YAML. */
export interface ResolvedRecipe {
  /** Lower-case DNS label: names the image, the daemon's process and the host. */
  readonly name: string;
  readonly description: string;
  /** Absolute folder of the recipe on this machine. Used to read sources; never written into an output. */
  readonly directory: string;
  /** `c` goes together with an entry of C sources. */
  readonly runtime: ProgramKind;
  readonly entry: SourceEntry | NpmEntry | CSourcesEntry;
  /** Arguments of the daemon, after its own name. */
  readonly arguments: readonly string[];
  readonly ports: readonly Port[];
  /** Environment of the daemon, sorted by name. Holds the defaults of unit settings too; a unit's own value takes their place. */
  readonly environment: Readonly<Record<string, string>>;
  /** Memory that the daemon may use, in MiB. */
  readonly memoryLimitMiB: number;
  /** Where the daemon's data lives, or null for a daemon that keeps nothing. */
  readonly data: DataPartition | null;
  /** Most bytes that the program with its runtime may take on the card; null for no limit. */
  readonly budgets: { readonly program: number | null };
  readonly health: HealthCheck;
  /** How init learns that the daemon is ready: it writes to a descriptor, or its ports listen and its health check passes. */
  readonly readiness: 'descriptor' | 'ports';
  /** Seconds between SIGTERM and SIGKILL. */
  readonly startTimeoutSeconds: number;
  readonly stopTimeoutSeconds: number;
  readonly needs: { readonly dns: boolean; readonly time: boolean };
  /** What the daemon reaches outside its board. */
  readonly connects: readonly Connection[];
  /** Linux capabilities that the daemon keeps, lower case without `cap_`, sorted. Empty for nearly all. */
  readonly capabilities: readonly Capability[];
  /** System calls that the daemon may make beside those of its runtime, sorted. Empty for nearly all. */
  readonly systemCalls: readonly string[];
  readonly unit: UnitProvision;
}

/** What a unit may be given after the build, and whose word counts for that. */
export interface UnitProvision {
  /** Public keys that may sign the certificate of a batch, each as minisign's line (`RW…`), sorted. Empty: the image takes no identity. */
  readonly authorities: readonly string[];
  /** What the daemon learns of its unit besides settings and secrets, in the order of `unitFacts`. */
  readonly receives: readonly UnitFact[];
  readonly settings: readonly UnitValue[];
  readonly secrets: readonly UnitValue[];
}

/** A daemon whose sources lie in the recipe's folder. */
export interface SourceEntry {
  readonly kind: 'source';
  /** Path of the main module relative to the recipe's folder, POSIX separators. */
  readonly path: string;
  /** Every file that the bundle may read, sorted by path; tests and node_modules are left out. */
  readonly sources: readonly SourceFile[];
  /** sha256 of the recipe's own package-lock.json, or null if the daemon has no npm dependencies. */
  readonly packageLockSha256: string | null;
}

/** A daemon published on npm: `npm:PACKAGE@VERSION`. */
export interface NpmEntry {
  readonly kind: 'npm';
  readonly package: string;
  /** Exact version. */
  readonly version: string;
  /** Name of the package's `bin` to run, or null for its only one (or `main`). */
  readonly bin: string | null;
}

/** A daemon of C, compiled from a source package of Debian against musl: one static program. */
export interface CSourcesEntry {
  readonly kind: 'c-sources';
  /** Debian's source package; its patches are applied. */
  readonly package: string;
  /** Folder in it: every `*.c` there is compiled. */
  readonly folder: string;
  /** `NAME` or `NAME=VALUE` for the preprocessor; `{version}` in a value is upstream's version. */
  readonly defines: readonly string[];
  readonly edits: readonly SourceEdit[];
}

/** A change of somebody else's source. */
export interface SourceEdit {
  /** Path in the source package. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface SourceFile {
  /** Relative to the recipe's folder, POSIX separators. */
  readonly path: string;
  /** Lower-case hex sha256 of the file's bytes. */
  readonly sha256: string;
}

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** What it is for, a sentence for people. */
  readonly purpose: string;
}

export interface DataPartition {
  /** Smallest size in MiB with which the daemon can work. */
  readonly minimumMiB: number;
}

export type HealthCheck =
  | {
      readonly kind: 'http';
      readonly port: string;
      readonly path: string;
      readonly intervalSeconds: number;
      readonly timeoutSeconds: number;
      readonly failures: number;
    }
  | {
      readonly kind: 'listen';
      readonly intervalSeconds: number;
      readonly timeoutSeconds: number;
      readonly failures: number;
    };

export interface Connection {
  readonly name: string;
  readonly protocol: 'tcp' | 'udp';
  /** Destination ports, ascending. */
  readonly ports: readonly number[];
  /** `name`: the daemon looks the other end up (`needs.dns`); `address`: it is given, or learns, IP addresses. */
  readonly by: 'name' | 'address';
  readonly purpose: string;
}

export type Capability = 'net_bind_service' | 'net_admin' | 'net_raw';

export interface UnitValue {
  /** Environment name under which the daemon sees it. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Value as long as a unit is given no other; null for none. Always null for a secret. */
  readonly default: string | null;
}

import type { InputRequest } from '../lock/lock-format.ts';
import type { ResolvedRecipe } from '../recipe/resolved-recipe.ts';

/** What a plan must know of a runtime: data alone. One file each. */
export interface Runtime {
  readonly name: ResolvedRecipe['runtime'];
  readonly version: string;
  /** What it needs of the registries, by a name that the steps use. */
  readonly requests: Readonly<Record<string, InputRequest>>;
  /** Every path that it puts into a root besides the daemon's program; the audit refuses any other. */
  readonly rootFiles: readonly string[];
}

export interface ProgramOptions {
  /** The bundle: one CommonJS module that imports nothing but modules of Node. */
  readonly code: string;
  /** Folder of the prepared base. */
  readonly base: string;
  /** Folder of the unpacked package with the runtime for this machine, of the same version. */
  readonly host: string;
  /** Folder of the unpacked packages with the libraries that it needs. */
  readonly libraries: string;
  readonly memoryLimitMiB: number;
  /** The file to write. */
  readonly output: string;
  /** An empty folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

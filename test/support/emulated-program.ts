import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** qemu's user-mode emulation of aarch64 (Debian: qemu-user-static). */
const emulator = '/usr/bin/qemu-aarch64-static';
export const canEmulate = existsSync(emulator);

/** A hundred times what anything here takes on two idle cores. */
const patienceMs = 240_000;

export interface Emulation {
  /** Where the program finds its loader and libraries. */
  readonly root: string;
  readonly args?: readonly string[];
  /** Further arguments of the emulator itself. */
  readonly emulatorArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Working folder; the current one if left out. */
  readonly folder?: string;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An aarch64 program that runs on the processor of the smallest boards. It is killed when the test's process ends, and when it takes too long. */
export class EmulatedProgram {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #output = '';
  readonly #watchers = new Set<() => void>();

  constructor(program: string, { root, args = [], emulatorArgs = [], environment = {}, folder }: Emulation) {
    const command = ['-cpu', 'cortex-a53', '-L', root, ...emulatorArgs, program, ...args];
    this.#child = spawn(emulator, command, {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    }
    const kill = (): void => this.kill('SIGKILL');
    process.once('exit', kill);
    const patience = setTimeout(kill, patienceMs);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject).once('close', (exitCode, signal) => {
        clearTimeout(patience);
        process.removeListener('exit', kill);
        resolve({ exitCode, signal });
      });
    });
  }

  /** What it wrote so far, to both of its outputs. */
  get output(): string {
    return this.#output;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for a line that matches. Fails if the program ends without one. */
  async line(pattern: RegExp): Promise<string> {
    const look = (): string | undefined =>
      this.#output
        .split('\n')
        .slice(0, -1)
        .find((line) => pattern.test(line));
    return await new Promise<string>((resolve, reject) => {
      const watch = (): void => {
        const line = look();
        if (line === undefined) return;
        this.#watchers.delete(watch);
        resolve(line);
      };
      this.#watchers.add(watch);
      watch();
      void this.ended.then(() =>
        reject(new Error(`it ended without a line like ${pattern}:\n${this.#output}`)),
      );
    });
  }

  #read(text: string): void {
    this.#output += text;
    for (const watcher of this.#watchers) watcher();
  }
}

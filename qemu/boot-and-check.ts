import { rename, writeFile } from 'node:fs/promises';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import type { FailureKind } from './boot-failure.ts';
import { type BootReport, bootReport } from './boot-report.ts';
import type { BootableImage } from './bootable-image.ts';
import { isEvent } from './console.ts';
import { forwardsOf } from './free-port.ts';
import { checkHealth, type HealthAnswer } from './health.ts';
import { type Machine, startMachine } from './machine.ts';
import { type Forward, type MachineOptions, plainRun } from './machine-options.ts';
import { timeoutScale } from './speed.ts';

/** A machine whose daemon is ready and well. */
export interface RunningImage {
  readonly machine: Machine;
  readonly forwards: readonly Forward[];
  /** Multiplies every timeout of whoever uses the machine. */
  readonly timeoutScale: number;
  /** Aborts when the machine ends or the caller's signal does. */
  readonly signal: AbortSignal;
}

export interface BootAndCheckOptions {
  /** What differs from a plain run; ports of the recipe are forwarded unless it says otherwise. */
  readonly run?: Partial<MachineOptions>;
  readonly signal?: AbortSignal;
  /** File for the command line and the console. */
  readonly log?: string;
  /** File for the report as JSON. */
  readonly report?: string;
  /** Called with every console line. */
  readonly onLine?: (text: string) => void;
  /** What to do with the machine before it is powered off; its errors are the boot's. */
  readonly use?: (running: RunningImage) => Promise<void>;
  /** Failures on the console that do not end the boot, e.g. of a test that provokes them. */
  readonly expected?: readonly FailureKind[];
  /** The command line instead of QEMU's own, for tests of this room. */
  readonly command?: readonly string[];
  /** Instead of the measured speed. */
  readonly timeoutScale?: number;
  /** Milliseconds before scaling, instead of the usual ones. */
  readonly timeouts?: Partial<BootTimeouts>;
}

export interface BootTimeouts {
  readonly ready: number;
  readonly health: number;
  readonly powerOff: number;
}

/** Milliseconds on the reference machine, where a boot takes 3 to 7 s: they only end what hangs. */
const usualTimeouts: BootTimeouts = { ready: 120_000, health: 60_000, powerOff: 60_000 };

/**
 * Boots an image, waits for the daemon's ready line and its health over the network, lets the caller use it, and powers it off by its power key.
 * Nothing is left of the machine when this returns or throws.
 * @throws BoardsmithError BOOT_FAILED with the last lines of the console, INTERRUPTED, HOST_UNSUITABLE
 */
export async function bootAndCheck(
  image: BootableImage,
  options: BootAndCheckOptions = {},
): Promise<BootReport> {
  const { use, expected = [], onLine } = options;
  const scale = options.timeoutScale ?? timeoutScale();
  const timeouts = { ...usualTimeouts, ...options.timeouts };
  const run = { ...plainRun, forwards: forwardsOf(image.ports), ...options.run };
  const machine = await startMachine(image, run, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.command === undefined ? {} : { command: options.command }),
    ...(onLine === undefined ? {} : { onLine: (line) => onLine(line.text) }),
  });
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([over.signal, options.signal]);
  void machine.ended.then(() => over.abort());
  try {
    const ready = await machine.console.waitFor(isEvent('ready'), {
      description: "the daemon's ready line",
      timeoutMs: timeouts.ready * scale,
      expected,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const forwards = await machine.forwards();
    const health = await healthOrFailure(machine, () =>
      checkHealth(image, forwards, { timeoutMs: timeouts.health * scale, signal }),
    );
    const report = bootReport(machine.console, {
      recipe: image.recipe,
      board: image.board,
      command: machine.command,
      health,
      timeoutScale: scale,
    });
    await use?.({ machine, forwards, timeoutScale: scale, signal });
    await powerOff(machine, timeouts.powerOff * scale, ready.index + 1);
    if (options.report !== undefined) await writeReport(options.report, report);
    return report;
  } finally {
    over.abort();
    await machine.stop();
  }

  /** A daemon that dies meanwhile is the better explanation than a connection that is refused. */
  async function healthOrFailure(
    running: Machine,
    ask: () => Promise<HealthAnswer | null>,
  ): Promise<HealthAnswer | null> {
    const asked = new AbortController();
    const failure = running.console.waitFor(() => false, {
      description: "the daemon's health over the network",
      timeoutMs: 2 * timeouts.health * scale,
      expected,
      signal: options.signal === undefined ? asked.signal : AbortSignal.any([asked.signal, options.signal]),
    });
    failure.catch(() => {});
    try {
      return (await Promise.race([ask(), failure])) as HealthAnswer | null;
    } finally {
      asked.abort();
    }
  }
}

/** An orderly end: init says so, and the guest powers off. */
async function powerOff(machine: Machine, timeoutMs: number, since: number): Promise<void> {
  const off = await machine.powerOff(timeoutMs);
  const said = machine.console.lines.some((line) => line.index >= since && isEvent('power-off')(line));
  if (off && said) return;
  throw new BoardsmithError('BOOT_FAILED', off ? 'init did not end in order' : 'the power key does nothing', {
    hint: "look at the console's last lines",
    problems: machine.console.tail(),
  });
}

async function writeReport(path: string, report: BootReport): Promise<void> {
  const draft = `${path}.${process.pid}.part`;
  try {
    await writeFile(draft, `${JSON.stringify(report, null, 2)}\n`);
    await rename(draft, path);
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot write the report ${path}`, {
      cause,
      hint: 'name another file',
    });
  }
}

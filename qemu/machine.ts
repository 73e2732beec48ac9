import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import type { BootFailure } from './boot-failure.ts';
import type { BootableImage } from './bootable-image.ts';
import { Console, type ConsoleLine } from './console.ts';
import { readForwardedPorts } from './forwarded-ports.ts';
import { type GuardedProcess, type ProcessEnd, startGuarded } from './guarded-process.ts';
import { requireHostPrograms } from './host-programs.ts';
import { machineCommand, qmpSocket } from './machine-command.ts';
import { openMachineLog } from './machine-log.ts';
import type { Forward, MachineOptions } from './machine-options.ts';
import { connectQmp, type QmpClient, type QmpEvent } from './qmp.ts';
import { shellCommand } from './shell-quote.ts';

/** Why the machine is not running any more. */
export interface MachineEnd extends ProcessEnd {
  /** Reason of QEMU's SHUTDOWN event: `guest-shutdown`, `guest-reset`, `host-qmp-quit` …; null if there was none. */
  readonly reason: string | null;
  /** What QEMU wrote to stderr. */
  readonly complaints: string;
}

export interface RunControl {
  /** Aborting kills the machine at once. */
  readonly signal?: AbortSignal;
  /** File that gets the command line and then the console, with times; replaced. */
  readonly log?: string;
  readonly onLine?: (line: ConsoleLine) => void;
  readonly onQmpEvent?: (event: QmpEvent) => void;
  /** The command line instead of QEMU's own; tests of this room put a script in QEMU's place. */
  readonly command?: readonly string[];
}

export interface Machine {
  /** The exact command line, as a shell takes it. */
  readonly command: string;
  /** Folder that the sockets are in; gone when QEMU has ended. */
  readonly folder: string;
  readonly pid: number | undefined;
  /** performance.now() when QEMU was started. */
  readonly powerOn: number;
  readonly console: Console;
  /** Resolves when QEMU answers on its control socket. @throws BoardsmithError BOOT_FAILED if it ends before */
  readonly qmp: Promise<QmpClient>;
  /** Resolves when QEMU has ended, whatever the reason; never rejects. */
  readonly ended: Promise<MachineEnd>;
  /** The forwards with the ports of this machine. @throws BoardsmithError BOOT_FAILED */
  forwards(): Promise<readonly Forward[]>;
  /**
   * Presses the power key and waits until the guest has powered off.
   * @returns false if it did not in that time, be it that QEMU itself does not answer; the machine still runs then
   * @throws BoardsmithError BOOT_FAILED if QEMU refuses
   */
  powerOff(timeoutMs: number): Promise<boolean>;
  /** Ends QEMU at once, as a power cut does. May be called any number of times. */
  stop(): Promise<MachineEnd>;
}

/** Bytes of QEMU's stderr that are kept. */
const complaintLimit = 64 * 1024;
/** Time that killed processes get to vanish; SIGKILL cannot be refused, so this only bounds a wait for a broken kernel. */
const lastWaitMs = 10_000;

/**
 * Starts QEMU. The machine's console is read from the first byte on; its log's first line is the command line.
 * @throws BoardsmithError INTERRUPTED if the signal has aborted already
 */
export async function startMachine(
  image: BootableImage,
  options: MachineOptions,
  control: RunControl = {},
): Promise<Machine> {
  const { signal } = control;
  await requireHostPrograms();
  const argv = control.command ?? machineCommand(image, options);
  const command = shellCommand(argv);
  const log = control.log === undefined ? null : await openMachineLog(control.log);
  log?.write(command);
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-machine-'));
  if (signal?.aborted === true) {
    await rm(folder, { recursive: true });
    throw new BoardsmithError('INTERRUPTED', 'stopped before the machine was started', {
      cause: signal.reason,
    });
  }
  const powerOn = performance.now();
  const child = startGuarded(argv, { cwd: folder });
  const console = new Console({
    recipe: image.recipe,
    powerOn,
    onLine(line) {
      log?.write(`[${(line.atMs / 1000).toFixed(3).padStart(9)}] ${line.text}`);
      control.onLine?.(line);
    },
  });
  console.attach(child.stdout as Readable);
  const complaints = collect(child.stderr as Readable);
  const qmp = watchQmp(join(folder, qmpSocket), child, control.onQmpEvent);

  const ended = child.ended.then(async (end): Promise<MachineEnd> => {
    await qmp.closed();
    const machineEnd = { ...end, reason: qmp.reason(), complaints: complaints() };
    console.end(machineFailure(machineEnd));
    log?.write(endText(machineEnd));
    await log?.close();
    signal?.removeEventListener('abort', abort);
    await rm(folder, { recursive: true, force: true });
    return machineEnd;
  });
  const stop = async (): Promise<MachineEnd> => {
    await killGroup(child);
    return await ended;
  };
  const abort = (): void => {
    // A process that even SIGKILL does not end is told by the caller's own stop().
    stop().catch(() => {});
  };
  signal?.addEventListener('abort', abort);
  return {
    command,
    folder,
    pid: child.pid,
    powerOn,
    console,
    qmp: qmp.client,
    ended,
    async forwards() {
      if (options.forwards.length === 0) return [];
      const client = await qmp.client;
      const usernet = await client.execute('human-monitor-command', { 'command-line': 'info usernet' });
      const found = readForwardedPorts(String(usernet), options.forwards);
      if (found === null) {
        throw new BoardsmithError('BOOT_FAILED', 'QEMU does not say which ports it forwards', {
          problems: String(usernet).split(/\r?\n/),
          hint: 'use the QEMU of Debian 12 or a newer one: apt-get install qemu-system-arm',
        });
      }
      return found;
    },
    async powerOff(timeoutMs) {
      // The time runs from here: a QEMU that no longer answers must not hold up who waits for it.
      const pressed = qmp.client.then((client) => client.execute('system_powerdown'));
      return await Promise.race([within(ended, timeoutMs), pressed.then(() => ended).then(() => true)]);
    },
    stop,
  };
}

/** The control socket, connected as soon as it is there; its SHUTDOWN event says why the machine ends. */
function watchQmp(path: string, child: GuardedProcess, onEvent: ((event: QmpEvent) => void) | undefined) {
  const gone = new AbortController();
  let reason: string | null = null;
  const client = connectQmp(path, gone.signal, (event) => {
    if (event.event === 'SHUTDOWN') reason = String(event.data.reason);
    onEvent?.(event);
  }).catch((cause: unknown) => {
    throw new BoardsmithError('BOOT_FAILED', 'QEMU ended before it answered on its control socket', {
      hint: 'its log, which begins with the command line, says why',
      cause,
    });
  });
  // Who does not use the control socket need not care that it never came.
  client.catch(() => {});
  void child.ended.then(() => gone.abort());
  return {
    client,
    reason: () => reason,
    closed: () => client.then((connected) => connected.closed).catch(() => {}),
  };
}

async function killGroup(child: GuardedProcess): Promise<void> {
  child.kill('SIGKILL');
  if (!(await within(child.ended, lastWaitMs))) {
    throw new BoardsmithError('BOOT_FAILED', `process ${child.pid} does not end, although it was killed`, {
      hint: `ps -o state,wchan ${child.pid} shows what it waits for; the kernel ends it when that is over`,
    });
  }
}

async function within(ended: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([ended.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function collect(stream: Readable): () => string {
  const pieces: Buffer[] = [];
  let length = 0;
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, complaintLimit - length);
    pieces.push(kept);
    length += kept.length;
  });
  return () => Buffer.concat(pieces).toString('utf8').trim();
}

function machineFailure(end: MachineEnd): BootFailure {
  if (end.startError !== null) {
    return { kind: 'machine-end', message: `QEMU could not be started: ${end.startError.message}` };
  }
  const said = end.complaints === '' ? '' : `: ${end.complaints.split('\n').slice(-5).join(' / ')}`;
  return { kind: 'machine-end', message: `${endText(end)}${said}` };
}

function endText({ exitCode, signal, reason }: MachineEnd): string {
  const reasons: Readonly<Record<string, string>> = {
    'guest-shutdown': 'the guest powered off',
    'guest-reset': 'the guest rebooted',
    'guest-panic': 'the guest panicked',
  };
  if (reason !== null && reasons[reason] !== undefined) return reasons[reason];
  return signal === null ? `QEMU ended with exit code ${exitCode}` : `QEMU was ended by ${signal}`;
}

import type { EventEmitter } from 'node:events';
import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import type { BootableImage } from './bootable-image.ts';
import { type ConsoleLine, isEvent } from './console.ts';
import { forwardsOf, memorableForwards } from './free-port.ts';
import { lastBootSentence } from './last-boot.ts';
import { type Machine, type MachineEnd, startMachine } from './machine.ts';
import { type Card, type Forward, plainRun } from './machine-options.ts';
import { orderlyPowerOff, type PowerOffOutcome } from './orderly-power-off.ts';
import { timeoutScale } from './speed.ts';
import { bootTimeline, timelineChart } from './timeline.ts';

export interface BootForPersonOptions {
  readonly card?: Card;
  readonly memoryMiB?: number;
  /** False keeps the guest from reaching anything; true is what a board on a desk can do. */
  readonly outside?: boolean;
  /** NDJSON events instead of text. */
  readonly json?: boolean;
  /** File for the command line and the console. */
  readonly log?: string;
  readonly output: Writable;
  /** Who sends SIGINT and SIGTERM: `process`. */
  readonly signals: EventEmitter;
  /** The command line instead of QEMU's own, for tests of this room. */
  readonly command?: readonly string[];
}

/** How a boot for a person ended. */
export interface PersonBootEnd {
  /** True if the guest powered itself off in order, by Ctrl-C or by its own will. */
  readonly poweredOff: boolean;
  /** True if a signal of the person ended it. */
  readonly asked: boolean;
}

const givenUp: Readonly<Record<Exclude<PowerOffOutcome, 'off'>, string>> = {
  'no-init': 'no sign of init in the guest, so it cannot power off; ended',
  'no-answer': 'QEMU does not answer; ended',
  'too-slow': 'the guest does not power off; ended',
};

/**
 * Runs an image until it powers off: its console is shown, its ports are forwarded and printed. The first Ctrl-C (or SIGTERM) presses the power key and
 * waits as long as init can react to it, the second ends the machine at once. A daemon that crashes or a reboot does not end it: the person sees what a board would do.
 * @throws BoardsmithError BOOT_FAILED if QEMU cannot run or fails, HOST_UNSUITABLE
 */
export async function bootForPerson(
  image: BootableImage,
  options: BootForPersonOptions,
): Promise<PersonBootEnd> {
  const say = options.json === true ? jsonVoice(options.output, image) : textVoice(options.output, image);
  const memorable = await memorableForwards(image.ports);
  const first = await runMachine(image, memorable, options, say);
  let run = first;
  if (first.failed && portTaken(first.end) && memorable.some(({ host }) => host !== 0)) {
    // It was free a moment ago: another boot that began with this one, say.
    say.note('another program took a port just now: others are chosen');
    run = await runMachine(image, forwardsOf(image.ports), options, say);
  }
  say.end(run.end);
  if (run.failed) throw qemuFailed(run.end);
  return { poweredOff: run.end.reason === 'guest-shutdown', asked: run.asked };
}

interface MachineRun {
  readonly end: MachineEnd;
  /** True if a signal of the person ended it. */
  readonly asked: boolean;
  /** True if QEMU ended, and neither the guest nor the person wanted it. */
  readonly failed: boolean;
}

async function runMachine(
  image: BootableImage,
  forwards: readonly Forward[],
  options: BootForPersonOptions,
  say: Voice,
): Promise<MachineRun> {
  const run = {
    ...plainRun,
    card: options.card ?? plainRun.card,
    memoryMiB: options.memoryMiB ?? null,
    forwards,
    outside: options.outside ?? true,
    onReboot: 'reboot' as const,
  };
  const machine = await startMachine(image, run, {
    onLine(line) {
      say.line(line);
      const sentence = lastBootSentence(line.meaning);
      if (sentence !== null) say.note(sentence);
    },
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.command === undefined ? {} : { command: options.command }),
  });
  say.command(machine.command);
  const stopper = stopOnSignals(machine, options.signals, say);
  machine.forwards().then(say.ports, () => {});
  void announceReady(machine, say);
  try {
    const end = await machine.ended;
    return { end, asked: stopper.asked(), failed: end.reason === null && !stopper.killed() };
  } finally {
    stopper.release();
    await machine.stop();
  }
}

function stopOnSignals(machine: Machine, signals: EventEmitter, say: Voice) {
  let asked = false;
  let killed = false;
  const kill = (why: string): void => {
    killed = true;
    say.note(why);
    machine.stop().catch(() => {});
  };
  const onSignal = (): void => {
    if (asked) {
      kill('ended at once');
      return;
    }
    asked = true;
    say.note('powering off; once more ends it at once');
    void orderlyPowerOff(machine, timeoutScale()).then((outcome) => {
      if (outcome !== 'off' && !killed) kill(givenUp[outcome]);
    });
  };
  // A terminal that is closed leaves nobody to wait for.
  const onHangup = (): void => kill('the terminal is gone; ended');
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);
  signals.on('SIGHUP', onHangup);
  return {
    asked: () => asked,
    killed: () => killed,
    release() {
      signals.off('SIGINT', onSignal);
      signals.off('SIGTERM', onSignal);
      signals.off('SIGHUP', onHangup);
    },
  };
}

async function announceReady(machine: Machine, say: Voice): Promise<void> {
  const everything = ['daemon-exit', 'not-ready', 'unhealthy', 'held', 'stop', 'oops', 'panic'] as const;
  try {
    await machine.console.waitFor(isEvent('ready'), {
      description: "the daemon's ready line",
      // The person decides when it has been long enough.
      timeoutMs: 2 ** 31 - 1,
      expected: everything,
    });
    say.ready(machine.console.lines, await machine.forwards().catch(() => []));
  } catch {
    // Whatever it was stands on the console.
  }
}

function portTaken({ complaints }: MachineEnd): boolean {
  return /host forwarding rule/.test(complaints);
}

function qemuFailed(end: MachineEnd): BoardsmithError {
  const said = end.startError?.message ?? end.complaints;
  return new BoardsmithError(
    'BOOT_FAILED',
    `QEMU ended without a word of the guest: ${said || 'no reason given'}`,
    {
      hint: portTaken(end)
        ? 'another program took the port just now; try again'
        : 'the log begins with the exact command line',
      problems: said.split('\n'),
    },
  );
}

/** How things are told. */
interface Voice {
  command(command: string): void;
  line(line: ConsoleLine): void;
  ports(forwards: readonly Forward[]): void;
  ready(lines: readonly ConsoleLine[], forwards: readonly Forward[]): void;
  note(text: string): void;
  end(end: MachineEnd): void;
}

/** Before what is Boardsmith's and not the guest's. */
const prefix = 'boardsmith: ';

/** Width of a terminal; of a file or a pipe what people's terminals have. */
function columnsOf(output: Writable): number {
  return (output as Partial<WriteStream>).columns ?? 80;
}

function textVoice(output: Writable, image: BootableImage): Voice {
  const write = (text: string): void => void output.write(`${text}\n`);
  return {
    command: write,
    line: ({ text }) => write(text),
    ports(forwards) {
      for (const forward of forwards) write(`${prefix}${portText(image, forward)}`);
    },
    ready(lines, forwards) {
      const chart = timelineChart(bootTimeline(lines), columnsOf(output) - prefix.length).split('\n');
      const ports = forwards.map((forward) => portText(image, forward));
      for (const text of [`${image.recipe} is ready`, ...chart, ...ports, 'Ctrl-C powers off'])
        write(`${prefix}${text}`);
    },
    note: (text) => write(`${prefix}${text}`),
    end: ({ reason }) => write(`${prefix}the machine has ended (${reason ?? 'killed'})`),
  };
}

function jsonVoice(output: Writable, image: BootableImage): Voice {
  const write = (event: string, fields: Readonly<Record<string, unknown>>): void =>
    void output.write(`${JSON.stringify({ event, ...fields })}\n`);
  return {
    command: (command) => write('machine', { command }),
    line: ({ text, atMs, meaning }) =>
      write('console', {
        atMs: Math.round(atMs),
        text,
        ...(meaning.kind === 'event' ? { init: meaning.event } : {}),
      }),
    ports: (forwards) =>
      write('ports', {
        ports: forwards.map((forward) => ({ ...forward, address: address(image, forward) })),
      }),
    ready: (lines) => write('ready', { timeline: bootTimeline(lines) }),
    note: (text) => write('note', { text }),
    end: ({ reason, exitCode }) => write('end', { reason, exitCode }),
  };
}

/** Where a port can be reached from this machine; as an URL if it speaks HTTP as far as the recipe says. */
function address(image: BootableImage, { protocol, host, guest }: Forward): string {
  const http = protocol === 'tcp' && image.health?.path != null && image.health.port === guest;
  return http ? `http://127.0.0.1:${host}/` : `${protocol} 127.0.0.1:${host}`;
}

function portText(image: BootableImage, forward: Forward): string {
  return `${forward.name} (${forward.protocol} ${forward.guest}) is at ${address(image, forward)}`;
}

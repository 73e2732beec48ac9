import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureKind } from './boot-failure.ts';
import type { ConsoleLine } from './console.ts';
import type { Machine } from './machine.ts';

/** `off`: the guest powered off; everything else: it still runs, and why waiting longer is of no use. */
export type PowerOffOutcome = 'off' | 'no-init' | 'no-answer' | 'too-slow';

/** A running init says that it stops within moments; on the reference machine this is a wide margin. */
const signMs = 5_000;
const longestSignMs = 15_000;
/** init gives the daemon its stop timeout, then unmounts. A person waits for it, so there is an end however slow this machine is. */
const powerOffMs = 60_000;
const longestPowerOffMs = 90_000;
/** Before init listens a press is lost, so the key is pressed again until init says that it stops. */
const pressEveryMs = 1_000;

const anyFailure: readonly FailureKind[] = [
  'firmware',
  'panic',
  'oops',
  'no-root',
  'bare-runtime',
  'init-fail',
  'daemon-exit',
  'not-ready',
  'unhealthy',
  'held',
  'stop',
];

/**
 * Presses the power key and waits for the guest to power off, but only as long as there is somebody in it who could: a guest in which init never
 * spoke has nothing to lose and will not react.
 * @param scale factor for the waits, see timeoutScale; never makes them longer than a person's patience (15 s for a sign of init, 90 s in all)
 */
export async function orderlyPowerOff(machine: Machine, scale: number): Promise<PowerOffOutcome> {
  const over = new AbortController();
  const ended = machine.ended.then((): PowerOffOutcome => 'off');
  const after = (ms: number, outcome: PowerOffOutcome): Promise<PowerOffOutcome> =>
    sleep(ms, outcome, { signal: over.signal }).catch(() => outcome);
  const sign = Math.min(longestSignMs, signMs * scale);
  const whole = Math.min(longestPowerOffMs, powerOffMs * scale);
  try {
    // A QEMU that ends just now does not answer either: that is no reason to end it by force.
    const late = Promise.race([ended, after(sign, 'no-answer')]);
    const pressed = await Promise.race([press(machine), late]);
    if (pressed === 'failed') return await late;
    if (pressed !== 'pressed') return pressed;
    void keepPressing(machine, over.signal);
    const init = seen(machine, fromInit, sign, over.signal);
    const first = await Promise.race([init, ended]);
    if (first !== true) return first === false ? 'no-init' : first;
    return await Promise.race([ended, after(whole, 'too-slow')]);
  } finally {
    over.abort();
  }
}

async function press(machine: Machine): Promise<'pressed' | 'failed'> {
  try {
    await (await machine.qmp).execute('system_powerdown');
    return 'pressed';
  } catch {
    return 'failed';
  }
}

async function keepPressing(machine: Machine, over: AbortSignal): Promise<void> {
  while (!over.aborted && !machine.console.lines.some(tellsOfStop)) {
    await sleep(pressEveryMs, undefined, { signal: over }).catch(() => {});
    if (!over.aborted) await press(machine);
  }
}

/** Whether such a line was on the console or comes in that time. */
async function seen(
  machine: Machine,
  matches: (line: ConsoleLine) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  return await machine.console
    .waitFor(matches, { description: 'a line of init', timeoutMs, expected: anyFailure, signal })
    .then(
      () => true,
      () => false,
    );
}

/** Only init writes events, and only through init does the daemon write. */
function fromInit({ meaning }: ConsoleLine): boolean {
  return meaning.kind === 'event' || meaning.kind === 'damaged-event' || meaning.kind === 'daemon';
}

function tellsOfStop({ meaning }: ConsoleLine): boolean {
  return meaning.kind === 'event' && meaning.event.event === 'stop';
}

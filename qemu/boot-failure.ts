import type { ConsoleMeaning } from './console-line.ts';

/** Reasons to stop waiting. A test that provokes one of them on purpose names it as expected. */
export type FailureKind =
  | 'firmware'
  | 'panic'
  | 'oops'
  | 'no-root'
  /** The kernel lies where everybody knows. */
  | 'no-kaslr'
  | 'bare-runtime'
  /** init gave up and will reboot. */
  | 'init-fail'
  /** The daemon's process ended. */
  | 'daemon-exit'
  /** The daemon did not become ready in its start timeout. */
  | 'not-ready'
  | 'unhealthy'
  /** init does not start the daemon, e.g. since the data partition is damaged. */
  | 'held'
  /** init powers off or reboots. */
  | 'stop'
  /** QEMU ended. */
  | 'machine-end';

export interface BootFailure {
  readonly kind: FailureKind;
  readonly message: string;
}

const eventFailures: Readonly<Record<string, FailureKind>> = {
  fail: 'init-fail',
  'daemon-exit': 'daemon-exit',
  'not-ready': 'not-ready',
  unhealthy: 'unhealthy',
  held: 'held',
  stop: 'stop',
  'power-off': 'stop',
  reboot: 'stop',
};

const eventTexts: Partial<Record<FailureKind, string>> = {
  'init-fail': 'init failed',
  'daemon-exit': 'the daemon ended',
  'not-ready': 'the daemon did not become ready in its time',
  unhealthy: 'the daemon failed its health check',
  held: 'init does not start the daemon',
  stop: 'the machine stops',
};

/** The failure that a line of the console tells of, or null. */
export function failureOf(meaning: ConsoleMeaning): BootFailure | null {
  switch (meaning.kind) {
    case 'event':
      return eventFailure(meaning.event);
    case 'firmware':
      if (meaning.mark === 'error') return { kind: 'firmware', message: 'the boot loader failed' };
      if (meaning.mark === 'prompt') {
        return { kind: 'firmware', message: 'the boot loader found nothing to boot and shows its prompt' };
      }
      return null;
    case 'kernel':
      if (meaning.mark === 'panic') return { kind: 'panic', message: 'the kernel panicked' };
      if (meaning.mark === 'oops') return { kind: 'oops', message: 'the kernel met an error of its own' };
      if (meaning.mark === 'no-root')
        return { kind: 'no-root', message: 'the kernel found no root file system' };
      if (meaning.mark === 'no-kaslr')
        return { kind: 'no-kaslr', message: 'the kernel lies at its usual address: nobody gave it a seed' };
      return null;
    case 'bare-runtime':
      return {
        kind: 'bare-runtime',
        message: `${meaning.runtime} runs without the daemon: the program lost what was put into it`,
      };
    default:
      return null;
  }
}

function eventFailure(event: {
  readonly event: string;
  readonly [field: string]: unknown;
}): BootFailure | null {
  const kind = eventFailures[event.event];
  if (kind === undefined) return null;
  const details = ['what', 'reason', 'status', 'signal', 'errno']
    .filter((name) => event[name] !== undefined && event[name] !== null)
    .map((name) => `${name} ${String(event[name])}`);
  return { kind, message: `${eventTexts[kind]}${details.length === 0 ? '' : ` (${details.join(', ')})`}` };
}

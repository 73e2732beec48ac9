import { constants } from 'node:os';
import type { ProgramKind } from '../../builder/recipe/runtime-name.ts';
import { dnsmasqSources } from '../../openwrt/embedded/dnsmasq-sources.ts';
import type { FailureKind } from '../../qemu/boot-failure.ts';
import { isEvent } from '../../qemu/console.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { hostileProgram } from '../support/hostile-program.ts';
import { overlayMutant, type Replacement } from '../support/overlay-mutant.ts';
import { buildTestImage } from '../support/test-build.ts';

/** What an attempt came to: done, an errno's name, or the signal by which the kernel ended the whole daemon for it. */
export type Outcome = 'done' | `E${string}` | `SIG${string}`;

export interface HostileRun {
  /** Attempts to make; all if left out. */
  readonly attempts?: readonly string[];
  /** Whose system calls, libraries and files are left to it. */
  readonly runtime?: ProgramKind;
  /** What init is broken in. */
  readonly without?: readonly Replacement[];
}

/** A daemon that is ended for each of its attempts would wait longer and longer: not what is tried here. */
const quickRestarts: readonly Replacement[] = [
  {
    file: 'init/backoff.h',
    from: 'BACKOFF_FIRST_MS = 1000, BACKOFF_LAST_MS = 60000',
    to: 'BACKOFF_FIRST_MS = 20, BACKOFF_LAST_MS = 20',
  },
  // Nor how long all of them may take on a busy machine.
  {
    file: 'init/supervisor.c',
    from: 'now + supervisor->plan->start_timeout_ms);',
    to: 'now + 20 * supervisor->plan->start_timeout_ms);',
  },
];

/** What the hostile program itself cannot do without: it keeps its place in a file. dnsmasq writes none. */
const itsOwnFiles = ['fallocate', 'ftruncate', 'mkdirat', 'pread64', 'pwrite64', 'unlinkat'];

const provoked: readonly FailureKind[] = ['daemon-exit', 'not-ready', 'unhealthy'];
const patienceMs = 240_000;

const errnoNames = new Map<number, string>(
  // Of two names of one number the usual one.
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK' && name !== 'EOPNOTSUPP')
    .map(([name, number]) => [number, name]),
);

/**
 * Boots an appliance whose daemon is the hostile program, until it has made its attempts and answers its health.
 * @returns what each attempt came to, in their order
 * @throws if the appliance does not stay up: no answer, no orderly end
 */
export async function hostileRun({
  attempts = [],
  runtime = 'node',
  without = [],
}: HostileRun = {}): Promise<Map<string, Outcome>> {
  const image = await buildTestImage({
    recipe: 'test/appliances/hostile',
    program: await hostileProgram(runtime),
    overlaysRoot: await overlayMutant(...quickRestarts, ...without),
    changeRecipe: (recipe) => ({
      ...recipe,
      runtime,
      ...(runtime === 'c' ? { entry: dnsmasqSources, systemCalls: itsOwnFiles } : {}),
      environment: { HOSTILE: attempts.join(',') },
    }),
  });
  const machine = await startMachine(image, { ...plainRun, forwards: forwardsOf(image.ports) });
  try {
    await machine.console.waitFor(isEvent('ready'), {
      description: 'the hostile program, done with its attempts',
      timeoutMs: patienceMs * timeoutScale(),
      expected: provoked,
    });
    const { host } = (await machine.forwards())[0]!;
    const { status } = await fetch(`http://127.0.0.1:${host}/`, {
      signal: AbortSignal.timeout(Math.round(60_000 * timeoutScale())),
    });
    if (status !== 200) throw new Error(`its health answers ${status}`);
    const outcomes = outcomesIn(machine.console.lines.map(({ text }) => text));
    if (!(await machine.powerOff(60_000 * timeoutScale()))) throw new Error('it does not power off in order');
    return outcomes;
  } finally {
    await machine.stop();
  }
}

/**
 * `begins NAME`, then `attempt NAME: ERRNO`; or else the signal of a `daemon-exit`. The daemon's lines come to the console by a way of their own,
 * before or after those of init, but each kind in its order.
 */
export function outcomesIn(lines: readonly string[]): Map<string, Outcome> {
  const all = (pattern: RegExp): RegExpExecArray[] =>
    lines.map((line) => pattern.exec(line)).filter((match) => match !== null);
  const begun = all(/^hostile\| begins ([a-z-]+)$/).map(([, name]) => name!);
  const came = new Map(
    all(/^hostile\| attempt ([a-z-]+): (\d+)$/).map(([, name, errno]) => [name!, Number(errno)]),
  );
  const signals = all(/^BOARDSMITH \{"event":"daemon-exit".*"signal":"(SIG[A-Z]+)"/).map(([, name]) => name!);
  const ended = begun.filter((name) => !came.has(name));
  if (ended.length !== signals.length) {
    throw new Error(
      `${ended.length} attempts did not come back (${ended.join(', ')}), ${signals.length} signals`,
    );
  }
  return new Map(
    begun.map((name) => {
      const errno = came.get(name);
      if (errno === undefined) return [name, signals[ended.indexOf(name)] as Outcome];
      return [name, errno === 0 ? 'done' : ((errnoNames.get(errno) ?? `E${errno}`) as Outcome)];
    }),
  );
}

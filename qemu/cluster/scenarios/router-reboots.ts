import { setImmediate as nextTurn } from 'node:timers/promises';
import { isEvent } from '../../console.ts';
import { honestShots } from '../honest-shots.ts';
import type { Scenario } from '../scenario.ts';
import type { Flying } from '../shooting.ts';
import type { Shot } from '../shot.ts';
import type { Trial } from '../trial.ts';

/** Between two frames of a reboot, on all cables in turn: some hundreds come while it starts. */
const intervalMs = 10;

/**
 * The router is reset while frames come in on all cables, at every moment of its start. None of those that the policy does not name comes out, and none
 * at all before the kernel has taken the ruleset.
 */
export const routerReboots: Scenario = {
  name: 'router-reboots',
  title: 'A router that reboots opens nothing on the way',
  once: true,
  async run({ stage, shooting, served }) {
    const shots = interleaved(honestShots(stage.policy, served));
    const { console } = stage.router;
    const since = console.next;
    const early = new Set<Shot>();
    const launched = new Map<Shot, Flying[]>();
    const isClosed = (): boolean =>
      !console.lines.some((line) => line.index >= since && isEvent('ruleset')(line));
    const pending: Promise<void>[] = [];
    const stops = [...stage.links.values()].map((link) =>
      link.watch((seen) => {
        const shot = seen.from === 'router' ? shooting.shotOf(seen.frame) : null;
        if (shot === null || !isClosed()) return;
        pending.push(
          (async () => {
            // The console is another pipe: what was written to it before this frame is read by now.
            for (let turn = 0; turn < 5; turn += 1) await nextTurn();
            if (isClosed()) early.add(shot);
          })(),
        );
      }),
    );
    await (await stage.router.qmp).execute('system_reset');
    let next = 0;
    const timer = setInterval(() => {
      const shot = shots[next++ % shots.length]!;
      const flights = launched.get(shot) ?? [];
      flights.push(shooting.launch(shot));
      launched.set(shot, flights);
    }, intervalMs);
    try {
      await stage.routerReady(since, ['firmware', 'stop']);
    } finally {
      clearInterval(timer);
      for (const stop of stops) stop();
    }
    await stage.settle(stage.cableNames);
    await Promise.all(pending);
    const during = [...launched].map(([shot, flights]): Trial => {
      const came = flights.filter(
        ({ arrivals, isAnswered, isRefused }) => arrivals.size > 0 || isAnswered || isRefused,
      ).length;
      const places = [...new Set(flights.flatMap(({ arrivals }) => [...arrivals]))].sort();
      const where = places.length === 0 ? 'by an answer' : `at ${places.join(', ')}`;
      // What a flow names may pass as soon as the ruleset is there.
      const observed = shot.expected === null ? came > 0 : early.has(shot);
      return {
        ...{ scenario: 'router-reboots', from: shot.cable, to: shot.to, means: 'injected', flow: null },
        what: `${shot.what}, while it starts`,
        expected: 'dropped',
        observed: observed ? 'passes' : 'dropped',
        detail: `${flights.length} sent, ${came} came through${came === 0 ? '' : ` ${where}`}${shot.expected === null ? '' : ' after the ruleset was loaded'}`,
      };
    });
    const after = await shooting.fire('router-reboots', honestShots(stage.policy, served));
    return [...during, ...after];
  },
};

/** Shots of all cables in turn. */
function interleaved(shots: readonly Shot[]): Shot[] {
  const columns = [...groups(shots).values()];
  const longest = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: longest }).flatMap((_, index) =>
    columns.flatMap((column) => column[index] ?? []),
  );
}

function groups(shots: readonly Shot[]): Map<string, Shot[]> {
  const byCable = new Map<string, Shot[]>();
  for (const shot of shots) byCable.set(shot.cable, [...(byCable.get(shot.cable) ?? []), shot]);
  return byCable;
}

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConsoleLine, isEvent } from '../../console.ts';
import { probeBoot, probePort } from '../../probe/probe-boot.ts';
import { connectProbe } from '../../probe/probe-client.ts';
import { honestShots } from '../honest-shots.ts';
import type { Scenario } from '../scenario.ts';

const patienceMs = 60_000;
const sigkill = 9;

/** The daemon is killed from inside, and everybody knocks while it is gone. The machine is the image's own kernel, initramfs and root with a probe beside them. */
export const daemonKilled: Scenario = {
  name: 'daemon-killed',
  title: "Killing the router's daemon opens nothing, and closes no flow",
  once: true,
  async run({ stage, shooting, served, probe, scratch }) {
    if (probe === null) return { skipped: 'there is no compiled probe that could kill it' };
    const folder = await mkdtemp(join(scratch, 'probe-'));
    await stage.startRouter(await probeBoot(stage.options.router.image, probe, folder), [probePort]);
    await stage.settle(stage.cableNames);
    const { console, folder: machineFolder } = stage.router;
    const client = await connectProbe(join(machineFolder, probePort.socket), stage.within(patienceMs));
    try {
      const since = console.next;
      await client.ask(`k ${daemonOf(console.lines)} ${sigkill}`);
      await console.waitFor(isEvent('daemon-exit'), {
        description: "the end of the router's daemon",
        timeoutMs: patienceMs * stage.options.timeoutScale,
        since,
        expected: ['daemon-exit'],
        signal: stage.options.signal,
      });
      const trials = await shooting.fire('daemon-killed', honestShots(stage.policy, served));
      await console.waitFor(isEvent('ready'), {
        description: "the router's daemon, again",
        timeoutMs: patienceMs * stage.options.timeoutScale,
        since,
        expected: ['daemon-exit'],
        signal: stage.options.signal,
      });
      return trials;
    } finally {
      client.close();
    }
  },
};

/** The process that init started last. */
function daemonOf(lines: readonly ConsoleLine[]): number {
  const started = lines.findLast(isEvent('daemon'));
  return started?.meaning.kind === 'event' ? Number(started.meaning.event.pid) : 0;
}

import { honestShots } from '../honest-shots.ts';
import { type PoisonousLie, poisonousLies } from '../poisonous-lies.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Trial } from '../trial.ts';

/** A board says that it is another one, or the router, or the gateway, or at another MAC: the router believes nothing of it, and goes on to send to whom it belongs. */
export const poisoning: Scenario = {
  name: 'poisoning',
  title:
    'Who says by ARP or neighbour discovery that it is somebody else is not believed, and gets nothing of theirs',
  once: true,
  async run({ stage, shooting, served }) {
    const lies = await tell(stage, poisonousLies(stage.policy));
    const flows = honestShots(stage.policy, served).filter(({ expected }) => expected !== null);
    return [...lies, ...(await shooting.fire('poisoning', flows))];
  },
};

/** Tells each lie and listens for the answer that only who believes it gives. */
async function tell(stage: Stage, lies: readonly PoisonousLie[]): Promise<Trial[]> {
  const believed = new Set<PoisonousLie>();
  const stops = [...stage.links.values()].map((link) =>
    link.watch(({ from, frame }) => {
      if (from !== 'router') return;
      for (const lie of lies) if (lie.cable === link.name && lie.isAnswer?.(frame)) believed.add(lie);
    }),
  );
  try {
    for (const { cable, frame } of lies) stage.links.get(cable)!.inject('router', frame);
    await stage.settle(stage.cableNames);
  } finally {
    for (const stop of stops) stop();
  }
  return lies
    .filter(({ isAnswer }) => isAnswer !== null)
    .map(
      (lie): Trial => ({
        ...{
          scenario: 'poisoning',
          from: lie.cable,
          to: lie.victim,
          what: lie.what,
          means: 'injected',
          flow: null,
        },
        expected: 'dropped',
        observed: believed.has(lie) ? 'passes' : 'dropped',
        detail: believed.has(lie) ? 'the router answered' : '',
      }),
    );
}

import { uplinkName } from '../cables.ts';
import { honestShots } from '../honest-shots.ts';
import { cardNumber } from '../router-cards.ts';
import type { Scenario } from '../scenario.ts';

/**
 * Everything that needs no uplink, while its cable is out: what the policy drops is not answered then, though it leads nowhere. And the flows again when it
 * is back.
 */
export const uplinkPulled: Scenario = {
  name: 'uplink-pulled',
  title: 'Pulling the uplink opens nothing, and closes nothing between boards',
  once: true,
  async run({ stage, shooting, served }) {
    const { uplink } = stage.policy;
    if (uplink === null) return { skipped: 'the cluster has no uplink' };
    const all = honestShots(stage.policy, served);
    const link = stage.links.get(uplinkName)!;
    const card = `net${cardNumber(uplink.device)}`;
    const qmp = await stage.router.qmp;
    await qmp.execute('set_link', { name: card, up: false });
    link.pull();
    const without = await shooting.fire(
      'uplink-pulled',
      all.filter(({ cable, expected }) => cable !== uplinkName && expected?.cable !== uplinkName),
    );
    link.plugIn();
    await qmp.execute('set_link', { name: card, up: true });
    await stage.settle([uplinkName]);
    const flows = all.filter(({ expected }) => expected !== null);
    return [...without, ...(await shooting.fire('uplink-pulled', flows))];
  },
};

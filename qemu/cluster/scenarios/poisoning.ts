import { encodeArp } from '../../network/arp.ts';
import { broadcastMac, encodeEthernet, etherType } from '../../network/ethernet.ts';
import { uplinkName } from '../cables.ts';
import { honestShots } from '../honest-shots.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** A board says by ARP that it is another one, or the router, or the gateway: the router goes on to send to whom it belongs. */
export const poisoning: Scenario = {
  name: 'arp-poisoning',
  title: 'A board that says by ARP that it is somebody else gets nothing of theirs',
  once: true,
  async run({ stage, shooting, served }) {
    for (const [liar] of stage.seats)
      for (const frame of lies(stage, liar)) stage.links.get(liar)!.inject('router', frame);
    await stage.settle(stage.cableNames);
    const flows = honestShots(stage.policy, served).filter(({ expected }) => expected !== null);
    return await shooting.fire('arp-poisoning', flows);
  },
};

function lies(stage: Stage, liar: string): Buffer[] {
  const { mac, router } = stage.places.get(liar)!;
  const victims = [...stage.places.values()].filter(({ cable }) => cable !== liar);
  const addresses = victims.flatMap((victim) => [
    victim.ipv4,
    ...(victim.cable === uplinkName ? [victim.router.ipv4] : []),
  ]);
  return [...addresses, router.ipv4].flatMap((address) =>
    (['request', 'reply'] as const).map((operation) =>
      encodeEthernet({
        destination: operation === 'request' ? broadcastMac : router.mac,
        source: mac,
        type: etherType.arp,
        payload: encodeArp({
          ...{ operation, senderMac: mac, senderAddress: address, targetMac: router.mac },
          // A request for its own address is how a host announces itself.
          targetAddress: operation === 'request' ? address : router.ipv4,
        }),
      }),
    ),
  );
}

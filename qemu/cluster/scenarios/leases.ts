import { type ConsoleLine, isEvent } from '../../console.ts';
import { addressText } from '../../network/address-bytes.ts';
import { dhcpOption } from '../../network/dhcp.ts';
import { askLease } from '../ask-lease.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Trial } from '../trial.ts';

/** For an offer that must come. */
const patienceMs = 30_000;

/** Every board that is plugged in has its address, which it did not bring along, and every port its name. */
export const leases: Scenario = {
  name: 'leases',
  title: 'A board that is plugged into its port comes up with its name and address, without configuration',
  once: false,
  async run({ stage }) {
    return [...addressesTaken(stage), ...(await offers(stage, 'leases')), ...(await thefts(stage))];
  },
};

/** As the boards' own consoles say. */
function addressesTaken(stage: Stage): Trial[] {
  return stage.policy.boards.flatMap(({ name, ipv4 }): Trial[] => {
    const machine = stage.boards.get(name);
    if (machine === undefined) return [];
    const line = machine.console.lines.findLast(isEvent('network', { state: 'up' }));
    const { address, gateway } = line === undefined ? {} : fieldsOf(line);
    return [
      {
        ...{ scenario: 'leases', from: 'router', to: name, means: 'observed', flow: 'dhcp' },
        what: `it has the address ${ipv4.board} by way of ${ipv4.router}`,
        expected: 'passes',
        observed: address === ipv4.board && gateway === ipv4.router ? 'passes' : 'dropped',
        detail: `it has ${String(address)} by way of ${String(gateway)}`,
      },
    ];
  });
}

/** What each board would be given now. */
export async function offers(stage: Stage, scenario: string): Promise<Trial[]> {
  return await Promise.all(
    stage.policy.boards.map(async ({ name, ipv4 }): Promise<Trial> => {
      const offer = await askLease(stage, name, stage.within(patienceMs));
      const given = offer?.options.get(dhcpOption.hostName)?.toString('latin1') ?? 'no name';
      const gateway = offer?.options.get(dhcpOption.router);
      const by = gateway?.length === 4 ? addressText(gateway) : 'nobody';
      const right = offer?.yourAddress === ipv4.board && given === name && by === ipv4.router;
      return {
        ...{ scenario, from: 'router', to: name, means: 'observed', flow: 'dhcp' },
        what: `it is offered the name ${name} and the address ${ipv4.board}`,
        expected: 'passes',
        observed: right ? 'passes' : 'dropped',
        detail: offer === null ? 'no offer' : `offered ${given}, ${offer.yourAddress} by way of ${by}`,
      };
    }),
  );
}

/** Each board asks in the name of the next one, for a lease of that one's subnet: who is offered it could also give it back. */
async function thefts(stage: Stage): Promise<Trial[]> {
  const { boards } = stage.policy;
  if (boards.length < 2) return [];
  return await Promise.all(
    boards.map(async ({ name }, index): Promise<Trial> => {
      const victim = boards[(index + 1) % boards.length]!;
      const wait = new AbortController();
      const signal = AbortSignal.any([wait.signal, stage.within(patienceMs)]);
      const stolen = askLease(stage, name, signal, { mac: victim.mac, network: victim.ipv4.board });
      // One socket hears both: when this one is answered, the other one was heard.
      const own = await askLease(stage, name, stage.within(patienceMs));
      wait.abort();
      const offer = await stolen;
      return {
        ...{ scenario: 'leases', from: name, to: 'router', means: 'observed', flow: null },
        what: `it asks for the lease of ${victim.name} in its name`,
        expected: 'dropped',
        observed: offer === null && own !== null ? 'dropped' : 'passes',
        detail:
          offer === null
            ? own === null
              ? 'not even its own is offered'
              : 'no offer'
            : `offered ${offer.yourAddress}`,
      };
    }),
  );
}

function fieldsOf({ meaning }: ConsoleLine): Readonly<Record<string, unknown>> {
  return meaning.kind === 'event' ? meaning.event : {};
}

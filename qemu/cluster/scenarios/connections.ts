import { outsideNameAddress } from '../../network/outside.ts';
import type { BoardSeat } from '../board-seat.ts';
import { uplinkName } from '../cables.ts';
import { type End, unwantedEnds, wantedEnds } from '../connection-ends.ts';
import { findProber, type Prober } from '../prober.ts';
import type { Scenario, ScenarioTools } from '../scenario.ts';
import { packetWords } from '../shot.ts';
import type { Stage } from '../stage.ts';
import type { Trial } from '../trial.ts';

/** In the guest, until a daemon takes a silence for one. */
const silenceMs = 1000;
/** In the guest, for what must come: emulated daemons take their time. */
const answerMs = 20_000;
/**
 * What a daemon may hear of what no flow names: nothing, or that its own board does not let it out (EACCES by its cage, EPERM by its ruleset). Anything else
 * came from the network, or was not tried.
 */
const unheard = ['silence', 'EACCES', 'EPERM'];
/** On the stage, for what must come. */
const patienceMs = 30_000;

/**
 * Real connections to real daemons, over each family that the cluster has: of every flow and forward, and of a
 * sample of what no flow names. A daemon that connects when it is asked is the client itself; for others the stage is, in the board's name, from its cable.
 */
export const connections: Scenario = {
  name: 'connections',
  title: 'Daemons reach each other, the world and back, where a flow says so, and nowhere else',
  once: false,
  async run(tools) {
    const { stage } = tools;
    const trials: Trial[] = [];
    for (const { name, image } of stage.options.boards) {
      const prober = await findProber(stage, name, image);
      // Who asks for no names has none.
      const wanted = wantedEnds(stage, name).filter(
        ({ host, address }) => prober !== null || host === address,
      );
      for (const end of [...wanted, ...unwantedEnds(stage, name)]) {
        trials.push(
          prober === null ? await connectFromCable(stage, end) : await connectFromBoard(stage, prober, end),
        );
      }
    }
    return [...trials, ...(await connectFromOutside(tools))];
  },
};

async function connectFromBoard(stage: Stage, prober: Prober, end: End): Promise<Trial> {
  const { flow, host, to, protocol, port } = end;
  const said = await prober.reach(protocol, host, port, flow === null ? silenceMs : answerMs);
  const came =
    flow === null ? !unheard.includes(said) : said === 'answer' || (said === 'refused' && to !== uplinkName);
  return trialOf(stage, end, came, `its daemon says of ${host}: ${said}`);
}

async function connectFromCable(stage: Stage, end: End): Promise<Trial> {
  const seat = stage.seats.get(end.from)!;
  const wait = new AbortController();
  const limit = AbortSignal.any([wait.signal, stage.within(patienceMs)]);
  const outcome = ask(stage, seat, end, limit);
  if (end.flow === null) {
    await stage.settle([end.from]);
    wait.abort();
  }
  const said = await outcome;
  return trialOf(stage, end, said !== 'silence', `from its cable: ${said}`);
}

async function ask(stage: Stage, seat: BoardSeat, end: End, signal: AbortSignal): Promise<string> {
  const [source, sourcePort] = [stage.places.get(end.from)![end.family]!, stage.freePort()];
  if (end.protocol === 'udp') {
    const ends = { source, sourcePort, destination: end.address, destinationPort: end.port };
    const answer = await seat.asBoard.askUdp({ ...ends, payload: Buffer.from('?') }, signal);
    return answer === null ? 'silence' : 'answer';
  }
  const [local, remote] = [
    { address: source, port: sourcePort },
    { address: end.address, port: end.port },
  ];
  return (await seat.asBoard.askTcp(local, remote, null, signal)).kind;
}

/** Through the forwards, from a source that each names; what comes from others is the matrix's affair. */
async function connectFromOutside({ stage }: ScenarioTools): Promise<Trial[]> {
  const { outside } = stage.cables;
  if (outside === null) return [];
  const trials: Trial[] = [];
  for (const { id, protocol, port, to, sources } of stage.policy.forwards) {
    if (!stage.boards.has(to.name)) continue;
    const source = sources[0]?.replace(/\/.*/, '').replace(/\.0$/, '.1') ?? outsideNameAddress;
    const [local, remote] = [
      { address: source, port: stage.freePort() },
      { address: outside.network.router, port },
    ];
    const limit = stage.within(patienceMs);
    const ends = { source, sourcePort: local.port, destination: remote.address, destinationPort: port };
    const said =
      protocol === 'tcp'
        ? (await outside.host.askTcp(local, remote, null, limit)).kind
        : (await outside.host.askUdp({ ...ends, payload: Buffer.from('?') }, limit)) === null
          ? 'silence'
          : 'answer';
    trials.push({
      ...{ scenario: 'connections', from: uplinkName, to: to.name, means: 'connection', flow: id },
      what: packetWords({ from: uplinkName, source, destination: remote.address, protocol, port }),
      expected: 'passes',
      observed: said === 'answer' ? 'passes' : 'dropped',
      detail: `from outside: ${said}`,
    });
  }
  return trials;
}

function trialOf(stage: Stage, end: End, came: boolean, detail: string): Trial {
  const { from, to, family, flow, address, host, protocol, port } = end;
  const packet = { from, source: stage.places.get(from)![family]!, destination: address, protocol, port };
  return {
    ...{ scenario: 'connections', from, to, means: 'connection', flow, detail },
    what: host === address ? packetWords(packet) : `${protocol} by its name, ${host}:${port}`,
    expected: flow === null ? 'dropped' : 'passes',
    observed: came ? 'passes' : 'dropped',
  };
}

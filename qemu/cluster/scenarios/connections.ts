import type { Flow, Policy } from '../../../openwrt/policy/policy.ts';
import { outsideNameAddress } from '../../network/outside.ts';
import type { BoardSeat } from '../board-seat.ts';
import { uplinkName } from '../cables.ts';
import { flowOfPacket } from '../flow-of-packet.ts';
import { findProber, type Prober } from '../prober.ts';
import type { Scenario, ScenarioTools } from '../scenario.ts';
import { packetWords } from '../shot.ts';
import type { Stage } from '../stage.ts';
import type { Trial } from '../trial.ts';

/** In the guest, until a daemon takes a silence for one. */
const silenceMs = 1000;
/** In the guest, for what must come: emulated daemons take their time. */
const answerMs = 20_000;
/** On the stage, for what must come. */
const patienceMs = 30_000;

interface End {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/**
 * Real connections to real daemons: of every flow and forward, and of a sample of what no flow names. A daemon that connects when it is asked is the
 * client itself; for others the stage is, in the board's name, from its cable.
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
      const ends = [...wantedEnds(stage, name), ...unwantedEnds(stage, name)];
      for (const end of ends) {
        trials.push(
          prober === null ? await connectFromCable(stage, end) : await connectFromBoard(stage, prober, end),
        );
      }
    }
    return [...trials, ...(await connectFromOutside(tools))];
  },
};

function wantedEnds(stage: Stage, name: string): End[] {
  return stage.policy.flows
    .filter(({ from, family }) => from.name === name && family === 'ipv4')
    .flatMap((flow): End[] => {
      if (!('ports' in flow.match)) return [];
      const to = flow.to.kind === 'board' ? flow.to.name : uplinkName;
      if (to !== uplinkName && !stage.boards.has(to)) return [];
      const { protocol, ports } = flow.match;
      return [{ from: name, to, address: addressOf(stage.policy, flow), protocol, port: ports[0]!.first }];
    });
}

function addressOf(policy: Policy, { to }: Flow): string {
  if (to.kind === 'board') return policy.boards.find(({ name }) => name === to.name)!.ipv4.board;
  return to.networks[0]?.replace(/\/.*/, '').replace(/\.0$/, '.1') ?? outsideNameAddress;
}

/** Every port that another board's image serves and no flow of this board names, and the world. */
function unwantedEnds(stage: Stage, name: string): End[] {
  const boards = stage.options.boards.filter((board) => board.name !== name);
  const served = boards.flatMap(({ name: to, image }) =>
    image.ports.map(({ protocol, port }): End => {
      const { ipv4 } = stage.policy.boards.find((board) => board.name === to)!;
      return { from: name, to, address: ipv4.board, protocol, port };
    }),
  );
  const world: End[] = [
    { from: name, to: uplinkName, address: outsideNameAddress, protocol: 'tcp', port: 6420 },
    { from: name, to: uplinkName, address: outsideNameAddress, protocol: 'tcp', port: 8003 },
  ];
  return [...served, ...(stage.policy.uplink === null ? [] : world)].filter(
    (end) => flowOf(stage, end) === null,
  );
}

function flowOf(stage: Stage, { from, address, protocol, port }: End): string | null {
  const source = stage.places.get(from)!.ipv4;
  const outside = stage.places.get(uplinkName)?.router.ipv4 ?? null;
  const packet = { from, source, destination: address, protocol, port };
  return flowOfPacket(stage.policy, packet, outside)?.flow ?? null;
}

async function connectFromBoard(stage: Stage, prober: Prober, end: End): Promise<Trial> {
  const flow = flowOf(stage, end);
  const { dns } = stage.policy.router;
  // By its name, where the board may ask for names.
  const host =
    end.to !== uplinkName && flow !== null && dns.local.includes(end.from)
      ? `${end.to}.cluster`
      : end.address;
  const said = await prober.reach(end.protocol, host, end.port, flow === null ? silenceMs : answerMs);
  const detail = `its daemon says of ${host}: ${said}`;
  return trialOf(
    stage,
    end,
    flow,
    said === 'answer' || (said === 'refused' && end.to !== uplinkName),
    detail,
  );
}

async function connectFromCable(stage: Stage, end: End): Promise<Trial> {
  const flow = flowOf(stage, end);
  const seat = stage.seats.get(end.from)!;
  const wait = new AbortController();
  const limit = AbortSignal.any([wait.signal, stage.within(patienceMs)]);
  const outcome = ask(stage, seat, end, limit);
  if (flow === null) {
    await stage.settle([end.from]);
    wait.abort();
  }
  const said = await outcome;
  return trialOf(stage, end, flow, said !== 'silence', `from its cable: ${said}`);
}

async function ask(stage: Stage, seat: BoardSeat, end: End, signal: AbortSignal): Promise<string> {
  const [source, sourcePort] = [seat.board.ipv4.board, stage.freePort()];
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

function trialOf(stage: Stage, end: End, flow: string | null, came: boolean, detail: string): Trial {
  const source = stage.places.get(end.from)!.ipv4;
  return {
    ...{ scenario: 'connections', from: end.from, to: end.to, means: 'connection', flow, detail },
    what: packetWords({ ...end, source, destination: end.address }),
    expected: flow === null ? 'dropped' : 'passes',
    observed: came ? 'passes' : 'dropped',
  };
}

import { decodeDns, dnsPort, dnsType, encodeDns } from '../../network/dns.ts';
import { ntpPort, ntpQuestion, ntpTime } from '../../network/ntp.ts';
import { outsideNameAddress } from '../../network/outside.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import type { Fate, Trial } from '../trial.ts';

/** For an answer that must come. */
const patienceMs = 30_000;

/** Names of the cluster for who may ask, any name for who has a flow to the uplink, the time for whom it is served. */
export const services: Scenario = {
  name: 'services',
  title:
    'The router answers names and the time to whom the policy names, and asks the world only for boards with a way out',
  once: true,
  async run({ stage }) {
    const trials: Trial[] = [];
    for (const [name] of stage.seats) {
      for (const other of stage.policy.boards) {
        trials.push(await localName(stage, name, `${other.name}.cluster`, other.ipv4.board));
      }
      trials.push(await worldsName(stage, name), await time(stage, name));
    }
    return trials;
  },
};

async function localName(stage: Stage, board: string, name: string, address: string): Promise<Trial> {
  const allowed = stage.policy.router.dns.local.includes(board);
  const answer = await askName(stage, board, name, allowed);
  return trial(board, {
    what: `the address of ${name}`,
    flow: allowed ? 'dns' : null,
    observed: answer?.addresses[0] === address ? 'passes' : 'dropped',
    detail: answer === null ? 'no answer' : `code ${answer.code}, ${answer.addresses.join(' ')}`,
  });
}

/** A name that nobody has asked for yet, so that it is in no cache. */
async function worldsName(stage: Stage, board: string): Promise<Trial> {
  const { dns } = stage.policy.router;
  const name = `n${stage.freePort()}.example.org`;
  const allowed = dns.forwarded.includes(board);
  const answer = await askName(stage, board, name, dns.local.includes(board));
  await stage.settle(stage.cableNames);
  const leaked = stage.cables.outside?.namesAsked.includes(name) === true;
  const told = answer?.addresses[0] === outsideNameAddress;
  return trial(board, {
    what: `the address of ${name}, which only the world knows`,
    flow: allowed ? 'dns' : null,
    observed: allowed ? (leaked && told ? 'passes' : 'dropped') : leaked || told ? 'passes' : 'dropped',
    detail: `${answer === null ? 'no answer' : `code ${answer.code}, ${answer.addresses.join(' ')}`}; the world was ${leaked ? '' : 'not '}asked`,
  });
}

async function askName(stage: Stage, board: string, name: string, mustAnswer: boolean) {
  const id = stage.freePort();
  const question = { id, isAnswer: false, code: 0, name, type: dnsType.a, addresses: [] };
  const answer = await ask(stage, board, dnsPort, encodeDns(question), mustAnswer);
  return answer === null ? null : decodeDns(answer);
}

async function time(stage: Stage, board: string): Promise<Trial> {
  const allowed = stage.policy.router.time.served.includes(board);
  const answer = await ask(stage, board, ntpPort, ntpQuestion(), allowed);
  const seconds = answer === null ? null : ntpTime(answer);
  return trial(board, {
    what: 'the time',
    flow: allowed ? 'time' : null,
    observed: answer === null ? 'dropped' : 'passes',
    detail: seconds === null ? 'no answer' : `${seconds} s`,
  });
}

/** Asks the router in the board's name. What must not be answered is known to be dropped when the router has answered something later. */
async function ask(
  stage: Stage,
  board: string,
  port: number,
  payload: Buffer,
  mustAnswer: boolean,
): Promise<Buffer | null> {
  const seat = stage.seats.get(board)!;
  const wait = new AbortController();
  const { ipv4 } = seat.board;
  const ends = { source: ipv4.board, sourcePort: stage.freePort(), destination: ipv4.router };
  const limit = AbortSignal.any([wait.signal, stage.within(patienceMs)]);
  const answer = seat.asBoard.askUdp({ ...ends, destinationPort: port, payload }, limit);
  if (!mustAnswer) {
    await stage.settle([board]);
    wait.abort();
  }
  return (await answer)?.payload ?? null;
}

interface Outcome {
  readonly what: string;
  readonly flow: string | null;
  readonly observed: Fate;
  readonly detail: string;
}

function trial(board: string, outcome: Outcome): Trial {
  return {
    ...{ scenario: 'services', from: board, to: 'router', means: 'connection' },
    ...outcome,
    expected: outcome.flow === null ? 'dropped' : 'passes',
  };
}

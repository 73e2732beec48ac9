import { decodeDns, dnsPort, dnsType, encodeDns } from '../../network/dns.ts';
import { ntpPort, ntpQuestion, ntpTime } from '../../network/ntp.ts';
import { outsideNameAddress } from '../../network/outside.ts';
import { uplinkName } from '../cables.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { type Family, familiesOf } from '../standpoint.ts';
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
    for (const asking of stage.places.values()) {
      if (asking.cable === uplinkName) continue;
      for (const family of familiesOf(asking)) {
        const asker = { board: asking.cable, family };
        for (const other of stage.policy.boards) {
          for (const of of other.ipv6 === null ? (['ipv4'] as const) : (['ipv4', 'ipv6'] as const)) {
            trials.push(await localName(stage, asker, `${other.name}.cluster`, of, other[of]!.board));
          }
        }
        trials.push(await worldsName(stage, asker), await time(stage, asker));
      }
    }
    return trials;
  },
};

/** Who asks, over which family. */
interface Asker {
  readonly board: string;
  readonly family: Family;
}

async function localName(
  stage: Stage,
  asker: Asker,
  name: string,
  of: Family,
  address: string,
): Promise<Trial> {
  const allowed = stage.policy.router.dns.local.includes(asker.board);
  const answer = await askName(stage, asker, name, of, allowed);
  return trial(asker, {
    what: `the ${of === 'ipv4' ? 'IPv4' : 'IPv6'} address of ${name}`,
    flow: allowed ? 'dns' : null,
    observed: answer?.addresses[0] === address ? 'passes' : 'dropped',
    detail: answer === null ? 'no answer' : `code ${answer.code}, ${answer.addresses.join(' ')}`,
  });
}

/** A name that nobody has asked for yet, so that it is in no cache. */
async function worldsName(stage: Stage, asker: Asker): Promise<Trial> {
  const { dns } = stage.policy.router;
  const name = `n${stage.freePort()}.example.org`;
  const allowed = dns.forwarded.includes(asker.board);
  const answer = await askName(stage, asker, name, 'ipv4', dns.local.includes(asker.board));
  await stage.settle(stage.cableNames);
  const leaked = stage.cables.outside?.namesAsked.includes(name) === true;
  const told = answer?.addresses[0] === outsideNameAddress;
  return trial(asker, {
    what: `the address of ${name}, which only the world knows`,
    flow: allowed ? 'dns' : null,
    observed: allowed ? (leaked && told ? 'passes' : 'dropped') : leaked || told ? 'passes' : 'dropped',
    detail: `${answer === null ? 'no answer' : `code ${answer.code}, ${answer.addresses.join(' ')}`}; the world was ${leaked ? '' : 'not '}asked`,
  });
}

async function askName(stage: Stage, asker: Asker, name: string, of: Family, mustAnswer: boolean) {
  const id = stage.freePort();
  const type = of === 'ipv4' ? dnsType.a : dnsType.aaaa;
  const question = { id, isAnswer: false, code: 0, name, type, addresses: [] };
  const answer = await ask(stage, asker, dnsPort, encodeDns(question), mustAnswer);
  return answer === null ? null : decodeDns(answer);
}

async function time(stage: Stage, asker: Asker): Promise<Trial> {
  const allowed = stage.policy.router.time.served.includes(asker.board);
  const answer = await ask(stage, asker, ntpPort, ntpQuestion(), allowed);
  const seconds = answer === null ? null : ntpTime(answer);
  return trial(asker, {
    what: 'the time',
    flow: allowed ? 'time' : null,
    observed: answer === null ? 'dropped' : 'passes',
    detail: seconds === null ? 'no answer' : `${seconds} s`,
  });
}

/** Asks the router in the board's name. What must not be answered is known to be dropped when the router has answered something later. */
async function ask(
  stage: Stage,
  { board, family }: Asker,
  port: number,
  payload: Buffer,
  mustAnswer: boolean,
): Promise<Buffer | null> {
  const seat = stage.seats.get(board)!;
  const wait = new AbortController();
  const { board: source, router: destination } = seat.board[family]!;
  const ends = { source, sourcePort: stage.freePort(), destination };
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

function trial({ board, family }: Asker, outcome: Outcome): Trial {
  return {
    ...{ scenario: 'services', from: board, to: 'router', means: 'connection' },
    ...outcome,
    what: `${outcome.what}, asked over ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
    expected: outcome.flow === null ? 'dropped' : 'passes',
  };
}

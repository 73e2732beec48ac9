import type { BootableImage } from '../bootable-image.ts';
import type { BoardSeat } from './board-seat.ts';
import type { Stage } from './stage.ts';

/** What a daemon says of its try to reach somebody: `answer`, `refused`, `silence`, or the name of an error. */
export type Reached = string;

/** A board whose daemon opens connections when it is asked to: `GET /reach?protocol=tcp&host=…&port=…&wait=MS`. */
export interface Prober {
  readonly name: string;
  reach(protocol: 'tcp' | 'udp', host: string, port: number, waitMs: number): Promise<Reached>;
}

/** What a prober may answer; the page of some other daemon is none of it. */
const vocabulary = /^(answer|refused|silence|E[A-Z]+)$/;
/** For a daemon under emulation to answer over HTTP. */
const answerMs = 30_000;

/** Asks a board whether it is a prober, over the port of its health check; null if it is none or has none. */
export async function findProber(stage: Stage, name: string, image: BootableImage): Promise<Prober | null> {
  const seat = stage.seats.get(name);
  if (seat === undefined || image.health === null) return null;
  const { port } = image.health;
  const reach: Prober['reach'] = async (protocol, host, target, waitMs) => {
    const query = new URLSearchParams({ protocol, host, port: String(target), wait: String(waitMs) });
    return (await get(stage, seat, port, `/reach?${query}`, answerMs + waitMs)) ?? 'no answer';
  };
  const said = await reach('tcp', '127.0.0.1', port, 100);
  return vocabulary.test(said) ? { name, reach } : null;
}

/** Asks the board's daemon in the router's name; nobody but the stage sees it. @returns the body of an answer 200, else null */
async function get(
  stage: Stage,
  seat: BoardSeat,
  port: number,
  path: string,
  ms: number,
): Promise<string | null> {
  const { ipv4 } = seat.board;
  const outcome = await seat.asRouter.askTcp(
    { address: ipv4.router, port: stage.freePort() },
    { address: ipv4.board, port },
    Buffer.from(`GET ${path} HTTP/1.0\r\nHost: board\r\n\r\n`),
    stage.within(ms),
  );
  if (outcome.kind !== 'answer') return null;
  const [head, body] = outcome.data.toString('utf8').split('\r\n\r\n', 2);
  return /^HTTP\/1\.[01] 200 /.test(head ?? '') ? (body ?? '') : null;
}

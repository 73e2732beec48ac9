import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

/** What came of trying to reach another machine. `silence` is what a dropped packet looks like. */
export type Reached = 'answer' | 'refused' | 'silence' | string;

/** One attempt, as `GET /reach?protocol=tcp&host=10.77.0.2&port=8003&wait=2000` asks for it. */
export async function reach(query: URLSearchParams): Promise<Reached> {
  const host = query.get('host') ?? '127.0.0.1';
  const port = Number(query.get('port'));
  const wait = Number(query.get('wait') ?? '2000');
  return query.get('protocol') === 'udp'
    ? await reachByDatagram(host, port, wait)
    : await reachByConnection(host, port, wait);
}

async function reachByConnection(host: string, port: number, wait: number): Promise<Reached> {
  return await new Promise((done) => {
    const socket = connect({ host, port });
    const end = (outcome: Reached) => {
      socket.destroy();
      done(outcome);
    };
    socket.setTimeout(wait, () => end('silence'));
    socket.once('connect', () => end('answer'));
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(outcomeOf(code)));
  });
}

async function reachByDatagram(host: string, port: number, wait: number): Promise<Reached> {
  return await new Promise((done) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const timer = setTimeout(() => end('silence'), wait);
    const end = (outcome: Reached) => {
      clearTimeout(timer);
      socket.close();
      done(outcome);
    };
    socket.once('message', () => end('answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(outcomeOf(error.code)));
    // A connected socket hears of ICMP errors.
    socket.connect(port, host, () => socket.send('?'));
  });
}

function outcomeOf(code: string | undefined): Reached {
  return code === 'ECONNREFUSED' ? 'refused' : code === 'ETIMEDOUT' ? 'silence' : String(code);
}

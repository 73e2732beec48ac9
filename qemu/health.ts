import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import type { BootableImage } from './bootable-image.ts';
import type { Forward } from './machine-options.ts';

/** How the daemon answered over the network. */
export interface HealthAnswer {
  /** What was asked: an URL or `tcp 127.0.0.1:PORT`. */
  readonly asked: string;
  /** HTTP status; null for a bare connection. */
  readonly status: number | null;
  /** Beginning of the answer's body. */
  readonly body: string;
}

export interface HealthOptions {
  readonly timeoutMs: number;
  /** Aborts when the machine ends: nothing will answer then. */
  readonly signal: AbortSignal;
}

/** Between two tries while the connection is refused or dropped: the daemon may say that it is ready a moment before it listens. */
const pauseMs = 200;
/** For one try; a daemon under emulation may take long for its first answer. */
const tryMs = 10_000;
const bodyLimit = 64 * 1024;

/**
 * Asks the image's health check over the forwarded port until it is well or the time is up. An answer that is not 2xx is asked again: a
 * daemon may be ready before it is well.
 * @returns null for an image whose recipe has no health check that a host could ask
 * @throws BoardsmithError BOOT_FAILED with the last answer or error, INTERRUPTED if the signal aborts
 */
export async function checkHealth(
  image: BootableImage,
  forwards: readonly Forward[],
  { timeoutMs, signal }: HealthOptions,
): Promise<HealthAnswer | null> {
  const { health } = image;
  if (health === null) return null;
  const forward = forwards.find(({ guest, protocol }) => guest === health.port && protocol === 'tcp');
  if (forward === undefined) {
    throw new BoardsmithError(
      'BOOT_FAILED',
      `port ${health.port}, which the health check asks, is not forwarded`,
      { hint: 'start the machine with this port among those that it forwards' },
    );
  }
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < deadline) {
    if (signal.aborted) throw stopped(signal.reason);
    const left = Math.max(1, Math.ceil(Math.min(tryMs, deadline - performance.now())));
    const limit = AbortSignal.any([signal, AbortSignal.timeout(left)]);
    try {
      const answer =
        health.path === null ? await knock(forward.host, limit) : await get(forward.host, health.path, limit);
      if (answer.status === null || (answer.status >= 200 && answer.status < 300)) return answer;
      last = `${answer.asked} answered ${answer.status}: ${answer.body.slice(0, 200)}`;
    } catch (error) {
      last = error;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  const said = last instanceof Error ? last.message : String(last);
  throw new BoardsmithError('BOOT_FAILED', `the daemon's health check does not pass: ${said}`, {
    cause: last,
    hint: "look at the daemon's lines on the console",
  });
}

function get(port: number, path: string, signal: AbortSignal): Promise<HealthAnswer> {
  const asked = `http://127.0.0.1:${port}${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(asked, { signal, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (body.length < bodyLimit) body += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ asked, status: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/**
 * A connection that stays open. QEMU's user network accepts at once and only then asks the guest, so a connection that is closed again
 * right away is a refusal.
 */
function knock(port: number, signal: AbortSignal): Promise<HealthAnswer> {
  const asked = `tcp 127.0.0.1:${port}`;
  /** Longer than the guest needs to refuse. */
  const holdMs = 1000;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', signal });
    let timer: NodeJS.Timeout | undefined;
    socket.on('error', reject);
    socket.on('data', () => {});
    socket.on('connect', () => {
      timer = setTimeout(() => {
        resolve({ asked, status: null, body: '' });
        socket.destroy();
      }, holdMs);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error(`${asked}: the connection was closed`));
    });
  });
}

function stopped(cause: unknown): BoardsmithError {
  return new BoardsmithError('INTERRUPTED', "stopped while asking for the daemon's health", { cause });
}

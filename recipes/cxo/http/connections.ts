import type { Socket } from 'node:net';
import type { Settings } from '../config/settings.ts';
import type { HttpCounters } from './http-counters.ts';

/** So many more connections get an answer that says why they are refused; those beyond are closed. */
const refusedPolitely = 64;
/** Kept for this machine itself: its init asks for /health, and must not take a crowd for a dead daemon. */
const keptForLoopback = 16;

/** The open connections, and which of them are too many. */
export class Connections {
  readonly #limits: Settings;
  readonly #counters: HttpCounters;
  readonly #open = new Set<Socket>();
  readonly #surplus = new WeakSet<Socket>();

  constructor(settings: Settings, counters: HttpCounters) {
    this.#limits = settings;
    this.#counters = counters;
  }

  /** Takes a new connection in, or closes it. */
  admit(socket: Socket): void {
    const limit = this.#limits.maxConnections;
    const loopback = /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');
    if (this.#open.size >= limit + refusedPolitely + (loopback ? keptForLoopback : 0)) {
      this.#counters.refusedConnections++;
      socket.destroy();
      return;
    }
    if (this.#open.size >= limit) this.#surplus.add(socket);
    this.#open.add(socket);
    this.#counters.connections = this.#open.size;
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#counters.connections = this.#open.size;
    });
  }

  /** Whether the connection came when there were enough already. */
  isSurplus(socket: Socket): boolean {
    return this.#surplus.has(socket);
  }

  destroyAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { FramePort } from './frame-port.ts';
import { FrameSplitter, wrapFrame } from './frame-stream.ts';

/** A network card of a machine in QEMU, which connects to a unix socket here. The machine may end and another one take its place. */
export class MachinePort implements FramePort {
  readonly path: string;
  readonly #server: Server;
  #socket: Socket | null = null;
  #listener: (frame: Buffer) => void = () => {};

  private constructor(path: string, server: Server) {
    this.path = path;
    this.#server = server;
    server.on('connection', (socket) => this.#attach(socket));
  }

  /** Listens at a path, at most 107 bytes long. */
  static async listen(path: string): Promise<MachinePort> {
    const server = createServer();
    const port = new MachinePort(path, server);
    server.listen(path);
    await once(server, 'listening');
    return port;
  }

  get isConnected(): boolean {
    return this.#socket !== null;
  }

  send(frame: Buffer): void {
    this.#socket?.write(wrapFrame(frame));
  }

  receive(listener: (frame: Buffer) => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #attach(socket: Socket): void {
    this.#socket?.destroy();
    this.#socket = socket;
    const splitter = new FrameSplitter();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const frame of splitter.push(chunk)) this.#listener(frame);
      } catch (cause) {
        socket.destroy(cause as Error);
      }
    });
    // A machine that was killed resets its connection.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
  }
}

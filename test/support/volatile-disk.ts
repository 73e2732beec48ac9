import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteQueue } from './byte-queue.ts';
import { nbd } from './nbd-protocol.ts';
import { VolatileBlocks } from './volatile-blocks.ts';

/** A disk over NBD whose write cache is lost when the power goes, as that of a card is. */
export class VolatileDisk {
  readonly blocks: VolatileBlocks;
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  flushes = 0;
  /** Called with each flush's number, from 1, before what it is for is durable: the moment to cut the power in the middle of a write. */
  beforeFlush: (flush: number) => void = () => {};

  private constructor(blocks: VolatileBlocks, folder: string) {
    this.blocks = blocks;
    this.#folder = folder;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      this.#serve(socket).catch(() => socket.destroy());
    });
  }

  /** Serves an image, which stays as it is, as a disk of `size` bytes. */
  static async open(image: string, size: number): Promise<VolatileDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'boardsmith-disk-'));
    const disk = new VolatileDisk(new VolatileBlocks(image, size), folder);
    await new Promise<void>((resolve) => disk.#server.listen(join(folder, 'nbd.sock'), resolve));
    return disk;
  }

  /** As QEMU takes it for a drive's file. */
  get url(): string {
    return `nbd+unix:///?socket=${join(this.#folder, 'nbd.sock')}`;
  }

  /** The power goes: connections break, and what was not flushed is lost but for blocks that `survives` picks. */
  powerCut(survives: (block: number) => boolean = () => false): void {
    this.blocks.cut(survives);
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serve(socket: Socket): Promise<void> {
    const input = new ByteQueue(socket);
    const hello = Buffer.alloc(2);
    hello.writeUInt16BE(nbd.handshakeFlags);
    socket.write(Buffer.concat([nbd.serverMagic, nbd.optionMagic, hello]));
    if ((await input.take(4)) === null) return;
    if (await this.#negotiate(socket, input)) await this.#transmit(socket, input);
    socket.end();
  }

  /** @returns true if the client wants to read and write now */
  async #negotiate(socket: Socket, input: ByteQueue): Promise<boolean> {
    for (;;) {
      const head = await input.take(16);
      if (head === null || !head.subarray(0, 8).equals(nbd.optionMagic)) return false;
      const option = head.readUInt32BE(8);
      if ((await input.take(head.readUInt32BE(12))) === null) return false;
      if (option === nbd.option.go || option === nbd.option.info) {
        socket.write(optionReply(option, nbd.reply.info, this.#exportInfo(true)));
        socket.write(optionReply(option, nbd.reply.ack));
        if (option === nbd.option.go) return true;
      } else if (option === nbd.option.exportName) {
        socket.write(this.#exportInfo(false));
        return true;
      } else if (option === nbd.option.abort) {
        socket.write(optionReply(option, nbd.reply.ack));
        return false;
      } else {
        socket.write(optionReply(option, nbd.reply.unsupported));
      }
    }
  }

  #exportInfo(typed: boolean): Buffer {
    const info = Buffer.alloc(12);
    info.writeUInt16BE(nbd.infoExport, 0);
    info.writeBigUInt64BE(BigInt(this.blocks.size), 2);
    info.writeUInt16BE(nbd.transmissionFlags, 10);
    return typed ? info : info.subarray(2);
  }

  async #transmit(socket: Socket, input: ByteQueue): Promise<void> {
    for (;;) {
      const head = await input.take(28);
      if (head === null || head.readUInt32BE(0) !== nbd.requestMagic) return;
      const durable = (head.readUInt16BE(4) & nbd.commandFlagFua) !== 0;
      const command = head.readUInt16BE(6);
      const offset = Number(head.readBigUInt64BE(16));
      const length = head.readUInt32BE(24);
      const reply = Buffer.alloc(16);
      reply.writeUInt32BE(nbd.replyMagic, 0);
      head.copy(reply, 8, 8, 16);
      if (command === nbd.command.disconnect) return;
      if (command === nbd.command.read && offset + length <= this.blocks.size) {
        socket.write(Buffer.concat([reply, this.blocks.read(offset, length)]));
      } else if (command === nbd.command.write) {
        const bytes = await input.take(length);
        if (bytes === null) return;
        this.blocks.write(offset, bytes, durable);
        socket.write(reply);
      } else if (command === nbd.command.flush) {
        this.flushes += 1;
        this.beforeFlush(this.flushes);
        if (socket.destroyed) return;
        this.blocks.flush();
        socket.write(reply);
      } else {
        reply.writeUInt32BE(nbd.errorInvalid, 4);
        socket.write(reply);
      }
    }
  }
}

function optionReply(option: number, type: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(nbd.optionReplyMagic, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

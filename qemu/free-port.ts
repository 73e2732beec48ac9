import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Port } from '../builder/recipe/resolved-recipe.ts';
import type { Forward } from './machine-options.ts';

/** Forwards of all ports of a recipe; the kernel chooses this machine's ports. */
export function forwardsOf(ports: readonly Port[]): Forward[] {
  return ports.map(({ name, protocol, port }) => ({ name, protocol, guest: port, host: 0 }));
}

/** The same, at the guest's own numbers where those are free here and need no privilege: a person can remember them. */
export async function memorableForwards(ports: readonly Port[]): Promise<Forward[]> {
  return await Promise.all(
    forwardsOf(ports).map(async (forward) => {
      const usable = forward.guest >= firstUnprivilegedPort && (await isFree(forward));
      return usable ? { ...forward, host: forward.guest } : forward;
    }),
  );
}

/** net.ipv4.ip_unprivileged_port_start is 1024 unless somebody changed it. */
const firstUnprivilegedPort = 1024;

async function isFree({ protocol, guest }: Forward): Promise<boolean> {
  try {
    if (protocol === 'tcp') {
      const server = createServer().listen(guest, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    } else {
      const socket = createSocket('udp4').bind(guest, '127.0.0.1');
      await once(socket, 'listening');
      socket.close();
      await once(socket, 'close');
    }
    return true;
  } catch {
    return false;
  }
}

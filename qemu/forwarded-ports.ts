import type { Forward } from './machine-options.ts';

/**
 * The ports of this machine that QEMU listens on for the guest, read from its `info usernet` (net/slirp.c, slirp_connection_info):
 * with port 0 the kernel chooses, and only the running QEMU knows what.
 * @returns the same forwards with their host ports, or null if one is missing in the text
 */
export function readForwardedPorts(usernet: string, forwards: readonly Forward[]): Forward[] | null {
  const rows = [
    ...usernet.matchAll(/^\s*(TCP|UDP)\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)\s/gm),
  ].map(([, protocol, host, guest]) => ({
    protocol: protocol!.toLowerCase(),
    host: Number(host),
    guest: Number(guest),
  }));
  const found: Forward[] = [];
  for (const forward of forwards) {
    const row = rows.find(
      ({ protocol, host, guest }) =>
        protocol === forward.protocol &&
        guest === forward.guest &&
        (forward.host === 0 || forward.host === host),
    );
    if (row === undefined) return null;
    found.push({ ...forward, host: row.host });
  }
  return found;
}

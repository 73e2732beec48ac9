import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BootableImage, DirectBoot } from '../../qemu/bootable-image.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { checkHealth } from '../../qemu/health.ts';
import { type Machine, startMachine } from '../../qemu/machine.ts';
import { type MachineOptions, plainRun } from '../../qemu/machine-options.ts';
import { readGuestFacts } from '../../qemu/probe/guest-facts.ts';
import { appendArchive, probeArchive, probePort } from '../../qemu/probe/probe-boot.ts';
import { connectProbe } from '../../qemu/probe/probe-client.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { bootTimeline } from '../../qemu/timeline.ts';
import { compiledProbe } from '../support/compiled-probe.ts';
import type { Figures } from './figures.ts';

/** Milliseconds before scaling; a plain Debian took 32 s on the machine on which this was written. */
const readyTimeout = 300_000;

/** Milliseconds since QEMU was started. */
export interface BootTimes {
  /** The daemon's first good answer over the network. */
  readonly ready: number;
  /** init started the daemon; null if the system has no init that says so. */
  readonly daemonStarts: number | null;
}

/**
 * Boots a system and waits until its daemon answers over the network.
 * @param direct null boots by the board's boot loader
 * @throws BoardsmithError BOOT_FAILED
 */
export async function bootTimes(image: BootableImage, direct: DirectBoot | null): Promise<BootTimes> {
  const run = { ...plainRun, forwards: forwardsOf(image.ports), direct };
  return await whenReady(image, run, async ({ powerOn, console }) => {
    const ready = Math.round(performance.now() - powerOn);
    return { ready, daemonStarts: bootTimeline(console.lines).daemon };
  });
}

/**
 * Boots a system with the probe beside its init and reads what runs in it when its daemon is ready.
 * @param daemon name of the daemon's process
 */
export async function insideFigures(
  image: BootableImage,
  direct: DirectBoot,
  daemon: string,
): Promise<Pick<Figures, 'processes' | 'listeningPorts' | 'residentKiB' | 'usedKiB'>> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-bench-'));
  const initramfs = join(folder, 'initramfs');
  const probe = await probeArchive(await readFile(await compiledProbe()));
  await writeFile(initramfs, appendArchive(await readFile(direct.initramfs), probe));
  const withProbe = { ...direct, initramfs, commandLine: `${direct.commandLine} rdinit=/probe-init` };
  const run = { ...plainRun, forwards: forwardsOf(image.ports), direct: withProbe, serialPorts: [probePort] };
  try {
    return await whenReady(image, run, async (machine, signal) => {
      const client = await connectProbe(join(machine.folder, probePort.socket), signal);
      try {
        const facts = await readGuestFacts(client, daemon);
        const programs = facts.processes.filter(({ kernelThread }) => !kernelThread);
        return {
          processes: programs.length,
          listeningPorts: facts.sockets.filter(({ open }) => open).length,
          residentKiB: programs.reduce((sum, { residentKiB }) => sum + residentKiB, 0),
          usedKiB: facts.memory.totalKiB - facts.memory.availableKiB,
        };
      } finally {
        client.close();
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts a machine, uses it once its daemon answers over the network, and stops it. */
async function whenReady<Result>(
  image: BootableImage,
  run: MachineOptions,
  use: (machine: Machine, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const machine = await startMachine(image, run);
  const ended = new AbortController();
  void machine.ended.then(() => ended.abort());
  try {
    const waiting = { timeoutMs: readyTimeout * timeoutScale(), signal: ended.signal };
    await checkHealth(image, await machine.forwards(), waiting);
    return await use(machine, ended.signal);
  } finally {
    await machine.stop();
  }
}

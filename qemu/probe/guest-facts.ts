import { type MountFacts, parseMounts } from './mount-facts.ts';
import type { ProbeClient } from './probe-client.ts';
import { type ProcessFacts, parseProcess } from './process-facts.ts';
import { parseSockets, type SocketFacts, socketTables } from './socket-facts.ts';

/** What the running system is, read from its own kernel at one time. */
export interface GuestFacts {
  /** All processes but the probe's own. */
  readonly processes: readonly ProcessFacts[];
  readonly sockets: readonly SocketFacts[];
  /** Mounts that the daemon sees. */
  readonly mounts: readonly MountFacts[];
  /** What writing to these places as root, past the daemon's own lack of rights, came to: 0, or the errno. */
  readonly writes: Readonly<Record<string, number>>;
  /** inode → numbers of the processes that hold the socket, for the sockets above. */
  readonly socketOwners: ReadonlyMap<number, readonly number[]>;
  readonly memory: { readonly totalKiB: number; readonly availableKiB: number };
  /** Content of /proc/sys/kernel/modules_disabled, or null for a kernel without modules. */
  readonly modulesDisabled: string | null;
  /** Content of files below /proc/sys; null for one that this kernel does not have. */
  readonly settings: Readonly<Record<string, string | null>>;
  /** Words of the kernel's command line. */
  readonly commandLine: readonly string[];
  /** Limits of the daemon's control group by file; null for one that is not there. */
  readonly limits: Readonly<Record<LimitFile, string | null>>;
}

/** Files of a control group that bound what a daemon uses (Documentation/admin-guide/cgroup-v2.rst of the kernel). */
const limitFiles = ['memory.max', 'memory.swap.max', 'memory.oom.group', 'pids.max'] as const;
export type LimitFile = (typeof limitFiles)[number];

/** Places of a root file system where a file is tried to be made. */
const writePlaces = ['/', '/etc', '/usr', '/usr/bin', '/lib', '/data', '/run', '/tmp'];

/**
 * Reads the facts by way of the probe.
 * @param daemon kernel's name of the daemon's process, whose view of files and network is taken
 * @param settingNames files below /proc/sys to read
 * @throws BoardsmithError BOOT_FAILED if the probe does not answer; RangeError if the guest's kernel writes what cannot be read
 */
export async function readGuestFacts(
  probe: ProbeClient,
  daemon: string,
  settingNames: readonly string[] = [],
): Promise<GuestFacts> {
  const processes = await readProcesses(probe);
  const pid = processes.find(({ name, kernelThread }) => name === daemon && !kernelThread)?.pid ?? 1;
  const [sockets, socketOwners, mounts, writes, memory, modulesDisabled, limits, settings, commandLine] =
    await Promise.all([
      readSockets(probe, pid),
      readSocketOwners(probe, processes),
      probe.readText(`${pid}/mountinfo`),
      tryWrites(probe, pid),
      probe.readText('meminfo'),
      probe.readText('sys/kernel/modules_disabled'),
      readLimits(probe, pid, processes),
      readSettings(probe, settingNames),
      probe.readText('cmdline'),
    ]);
  return {
    processes,
    sockets,
    socketOwners,
    mounts: parseMounts(mounts ?? ''),
    writes,
    memory: { totalKiB: memoryKiB(memory, 'MemTotal'), availableKiB: memoryKiB(memory, 'MemAvailable') },
    modulesDisabled: modulesDisabled?.trim() ?? null,
    limits,
    settings,
    commandLine: (commandLine ?? '').trim().split(/\s+/),
  };
}

/** All processes but the probe's. One that ends while it is looked at is left out: it is not there. */
export async function readProcesses(probe: ProbeClient): Promise<ProcessFacts[]> {
  const pids = (await list(probe, '.')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(
    pids.filter((pid) => pid !== probe.pid).map((pid) => readProcess(probe, pid)),
  );
  return processes.filter((process) => process !== null).sort((a, b) => a.pid - b.pid);
}

async function readProcess(probe: ProbeClient, pid: number): Promise<ProcessFacts | null> {
  const [stat, status, cmdline, exe, cgroup] = await Promise.all([
    probe.readText(`${pid}/stat`),
    probe.readText(`${pid}/status`),
    probe.readText(`${pid}/cmdline`),
    probe.ask(`l ${pid}/exe`),
    probe.readText(`${pid}/cgroup`),
  ]);
  if (stat === null || status === null || cmdline === null) return null;
  const executable = exe.errno === 0 ? exe.content.toString('utf8') : null;
  return parseProcess({ stat, status, cmdline, executable, cgroup: cgroup ?? '' });
}

async function readSettings(
  probe: ProbeClient,
  names: readonly string[],
): Promise<Record<string, string | null>> {
  const read = async (name: string) => [name, (await probe.readText(`sys/${name}`))?.trim() ?? null] as const;
  return Object.fromEntries(await Promise.all(names.map(read)));
}

/** Of the group that the daemon is in, not of the one in which it should be. */
async function readLimits(
  probe: ProbeClient,
  pid: number,
  processes: readonly ProcessFacts[],
): Promise<Record<LimitFile, string | null>> {
  const group = processes.find((process) => process.pid === pid)?.cgroup.replace(/^0::/, '') ?? '/';
  const read = async (file: LimitFile) =>
    [file, (await probe.readText(`${pid}/root/sys/fs/cgroup${group}/${file}`))?.trim() ?? null] as const;
  return Object.fromEntries(await Promise.all(limitFiles.map(read))) as Record<LimitFile, string | null>;
}

async function readSockets(probe: ProbeClient, pid: number): Promise<SocketFacts[]> {
  const tables = await Promise.all(
    socketTables.map(async (table) => {
      const text = await probe.readText(`${pid}/net/${table}`);
      return text === null ? [] : parseSockets(table, text);
    }),
  );
  return tables.flat();
}

async function readSocketOwners(
  probe: ProbeClient,
  processes: readonly ProcessFacts[],
): Promise<Map<number, number[]>> {
  const owners = new Map<number, number[]>();
  for (const { pid } of processes.filter(({ kernelThread }) => !kernelThread)) {
    const descriptors = await list(probe, `${pid}/fd`);
    const links = await Promise.all(descriptors.map((name) => probe.ask(`l ${pid}/fd/${name}`)));
    for (const { content } of links) {
      const inode = /^socket:\[(\d+)\]$/.exec(content.toString('latin1'))?.[1];
      if (inode !== undefined) owners.set(Number(inode), [...(owners.get(Number(inode)) ?? []), pid]);
    }
  }
  return owners;
}

async function tryWrites(probe: ProbeClient, pid: number): Promise<Record<string, number>> {
  const results = await Promise.all(
    writePlaces.map(async (place) => {
      const { errno } = await probe.ask(`w ${pid}/root${place === '/' ? '' : place}/.boardsmith-probe`);
      return [place, errno] as const;
    }),
  );
  return Object.fromEntries(results);
}

async function list(probe: ProbeClient, folder: string): Promise<string[]> {
  const { content } = await probe.ask(`d ${folder}`);
  return content.toString('utf8').split('\n').slice(0, -1);
}

function memoryKiB(meminfo: string | null, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(meminfo ?? '')?.[1] ?? 0);
}

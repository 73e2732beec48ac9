/** One process of the guest, from its /proc/PID/stat, status, cmdline, exe and cgroup. */
export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  /** Of a program in /usr/bin its file's name, since a program may rename itself (Node says MainThread); else the kernel's name of it (comm). */
  readonly name: string;
  readonly kernelThread: boolean;
  readonly commandLine: readonly string[];
  /** Where /proc/PID/exe leads; null for kernel threads. */
  readonly executable: string | null;
  /** Real, effective, saved, file system. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly groups: readonly number[];
  readonly capabilities: Readonly<Record<CapabilitySet, bigint>>;
  readonly noNewPrivs: boolean;
  /** 0 none, 1 strict, 2 filter. */
  readonly seccomp: number;
  readonly residentKiB: number;
  readonly cgroup: string;
}

export const capabilitySets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'] as const;
export type CapabilitySet = (typeof capabilitySets)[number];

/** Texts of the files of one process. */
export interface ProcessTexts {
  readonly stat: string;
  readonly status: string;
  readonly cmdline: string;
  readonly executable: string | null;
  readonly cgroup: string;
}

/** PF_KTHREAD of include/linux/sched.h: the ninth field of stat, the first seven after the name, has it. */
const kernelThreadFlag = 0x00200000;

/** @throws RangeError if a text lacks what every kernel since 4.10 writes */
export function parseProcess(texts: ProcessTexts): ProcessFacts {
  const status = parseStatus(texts.status);
  const numbers = (key: string): number[] => words(field(status, key)).map(Number);
  // The name in stat is in parentheses and may hold any character, so fields count from the last one.
  const afterName = words(texts.stat.slice(texts.stat.lastIndexOf(')') + 1));
  const hex = (key: string): bigint => BigInt(`0x${field(status, key)}`);
  return {
    pid: Number(field(status, 'Pid')),
    parent: Number(field(status, 'PPid')),
    name: texts.executable?.match(/^\/usr\/bin\/([^/]+)$/)?.[1] ?? field(status, 'Name'),
    kernelThread: (Number(afterName[6]) & kernelThreadFlag) !== 0,
    commandLine: texts.cmdline.split('\0').slice(0, -1),
    executable: texts.executable,
    uids: numbers('Uid'),
    gids: numbers('Gid'),
    groups: numbers('Groups'),
    capabilities: {
      CapInh: hex('CapInh'),
      CapPrm: hex('CapPrm'),
      CapEff: hex('CapEff'),
      CapBnd: hex('CapBnd'),
      CapAmb: hex('CapAmb'),
    },
    noNewPrivs: field(status, 'NoNewPrivs') === '1',
    seccomp: Number(field(status, 'Seccomp')),
    residentKiB: Number.parseInt(status.get('VmRSS') ?? '0', 10),
    cgroup: texts.cgroup.trim(),
  };
}

function parseStatus(text: string): Map<string, string> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line.includes(':'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function field(status: ReadonlyMap<string, string>, key: string): string {
  const value = status.get(key);
  if (value === undefined) throw new RangeError(`a process's status has no ${key}`);
  return value;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

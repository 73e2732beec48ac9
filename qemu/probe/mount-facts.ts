/** One mount that a process sees, from its /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
export interface MountFacts {
  readonly target: string;
  readonly type: string;
  readonly source: string;
  /** Options of the mount and of the file system; `ro` in either keeps writers out. */
  readonly options: readonly string[];
  readonly superOptions: readonly string[];
}

/** @throws RangeError for a line that is no mount */
export function parseMounts(mountinfo: string): MountFacts[] {
  return mountinfo
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [front, back] = line.split(' - ');
      const before = front?.split(' ') ?? [];
      const after = back?.split(' ') ?? [];
      if (before.length < 6 || after.length < 3) throw new RangeError(`no mount: ${line}`);
      return {
        target: unescaped(before[4]!),
        options: before[5]!.split(','),
        type: after[0]!,
        source: unescaped(after[1]!),
        superOptions: after[2]!.split(','),
      };
    });
}

/** Spaces and the like are written as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

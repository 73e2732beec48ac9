import type { Replacement } from '../support/overlay-mutant.ts';

/** What of the cage a mutant is without: each is one thing taken out of init's sources. */
export const lifted = {
  filter: [
    {
      file: 'init/privileges.c',
      from: '\tmust("filter system calls", sys_filter_calls(plan->filter, plan->filter_length));\n',
      to: '',
    },
  ],
  landlock: [{ file: 'init/privileges.c', from: '\tmust("Landlock", landlock_confine(plan));\n', to: '' }],
  /** All of them, kept through exec. */
  capabilities: [
    {
      file: 'init/privileges.c',
      from: 'become_user(DAEMON_ID, plan->capabilities);',
      to: 'become_user(DAEMON_ID, (UINT64_C(1) << 41) - 1);',
    },
    // Who may map low memory is not started; see there.
    {
      file: 'init/privileges.c',
      from: '\tmust("check low memory", low_memory_is_closed());\n',
      to: '\t(void)low_memory_is_closed;\n',
    },
  ],
  mountOptions: [
    {
      file: 'init/data.c',
      from: 'MS_NODEV | MS_NOSUID | MS_NOEXEC | MS_NOATIME',
      to: 'MS_NODEV | MS_NOSUID | MS_NOATIME',
    },
    {
      file: 'init/root.c',
      from: '{ ROOT "/tmp", MS_NOSUID | MS_NOEXEC | MS_NODEV, "mode=1777,size=16m,nr_inodes=4096" },',
      to: '{ ROOT "/tmp", MS_NOSUID | MS_NODEV, "mode=1777" },',
    },
  ],
  hidingOfProcesses: [{ file: 'init/early.c', from: '"hidepid=invisible"', to: 'NULL' }],
  limits: [
    { file: 'init/daemon.c', from: '\tmust("daemon: join the control group", cgroup_join());\n', to: '' },
    {
      file: 'init/privileges.c',
      from: '\tmust("limit processes", sys_limit(RLIMIT_NPROC, plan->task_limit));\n',
      to: '',
    },
  ],
  settings: [{ file: 'init/boot.c', from: '\tearly_settings(plan);\n', to: '' }],
  closedModules: [
    {
      file: 'init/early.c',
      from: 'int done = small_file_write("/proc/sys/kernel/modules_disabled", "1");',
      to: 'int done = 0;',
    },
  ],
  /** Both of what keeps one from being handed on: each is enough. */
  closedDescriptors: [
    {
      file: 'init/daemon.c',
      from: '\tmust("daemon: close the rest", sys_close_on_exec_from(count));\n',
      to: '',
    },
    { file: 'init/sys.c', from: 'fcntl(fd, F_DUPFD_CLOEXEC, minimum)', to: 'fcntl(fd, F_DUPFD, minimum)' },
  ],
  closedTrace: [
    {
      file: 'init/cgroup.c',
      from: '\tmust("make a folder in /sys", sys_mkdir(CGROUPS, 0755));\n',
      to: '\tmust("make a folder in /sys", sys_mkdir(CGROUPS, 0755));\n\tmust("p", sys_mkdir("/sys/fs/pstore", 0755));\n\tmust("p", sys_mount("pstore", "/sys/fs/pstore", "pstore", 0, NULL));\n',
    },
  ],
} as const satisfies Readonly<Record<string, readonly Replacement[]>>;

export type Lifted = keyof typeof lifted;

export function replacementsFor(without: readonly Lifted[]): Replacement[] {
  return without.flatMap((part) => [...lifted[part]]);
}

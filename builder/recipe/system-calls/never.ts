import type { ProgramKind } from '../runtime-name.ts';
import type { CallGroup } from './call-group.ts';

/** System calls that no recipe can have. The kernel ends a daemon that makes one: no daemon does so by mistake. */
export const neverCalls: Readonly<Record<string, CallGroup>> = {
  programs: {
    reason:
      'one daemon, one program: nothing may be started beside it or in its place (init itself has execve once)',
    calls: ['execve', 'execveat'],
  },
  otherProcesses: {
    reason: 'reads or steers what belongs to another process',
    calls: [
      'ptrace',
      'process_vm_readv',
      'process_vm_writev',
      'process_madvise',
      'process_mrelease',
      'pidfd_getfd',
      'kcmp',
      'move_pages',
      'migrate_pages',
    ],
  },
  mounts: {
    reason: 'changes what of the file system is seen, in the old way and the new',
    calls: [
      'mount',
      'umount2',
      'pivot_root',
      'chroot',
      'open_tree',
      'open_tree_attr',
      'move_mount',
      'fsopen',
      'fsconfig',
      'fsmount',
      'fspick',
      'mount_setattr',
      'statmount',
      'listmount',
      'swapon',
      'swapoff',
      'quotactl',
      'quotactl_fd',
      'name_to_handle_at',
      'open_by_handle_at',
      'fanotify_init',
      'fanotify_mark',
    ],
  },
  modules: {
    reason: 'puts code into the kernel, or another kernel in its place',
    calls: ['init_module', 'finit_module', 'delete_module', 'kexec_load', 'kexec_file_load', 'bpf'],
  },
  keyring: {
    reason: 'a store of the kernel with a long history of holes; no runtime has a use for it',
    calls: ['add_key', 'request_key', 'keyctl'],
  },
  namespaces: {
    reason: 'a new namespace opens those parts of the kernel that otherwise only root reaches',
    calls: ['unshare', 'setns', 'listns'],
  },
  inspection: {
    reason: 'looks into the kernel, or stops it in the middle of a call',
    calls: ['perf_event_open', 'userfaultfd', 'lookup_dcookie', 'syslog', 'acct'],
  },
  machine: {
    reason: 'is for init alone: power, name and clock of the machine',
    calls: [
      'reboot',
      'sethostname',
      'setdomainname',
      'settimeofday',
      'clock_settime',
      'clock_adjtime',
      'adjtimex',
      'vhangup',
    ],
  },
  personality: {
    reason: 'changes how memory is laid out and protected',
    calls: ['personality'],
  },
  programsInMemory: {
    reason: 'a file in memory that no mount option covers: it could be mapped as code',
    calls: ['memfd_create', 'memfd_secret'],
  },
};

/**
 * As refused as those above, but runtimes ask whether the kernel has them and go on without: answered as by a kernel that has not.
 */
export const absentCalls: Readonly<Record<string, CallGroup>> = {
  rings: {
    reason: 'io_uring does by itself what this filter would refuse; libuv tries it at each start of a loop',
    calls: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
  },
  threads: {
    reason: 'its flags lie in memory, where a filter cannot look; musl then takes clone',
    calls: ['clone3'],
  },
};

/**
 * Of those that no recipe can have: what a runtime makes all the same, and goes on without. For its daemons these are answered as absent calls are.
 */
export const absentForRuntime: Readonly<Record<ProgramKind, Readonly<Record<string, CallGroup>>>> = {
  node: {},
  c: {},
  bun: {
    bodies: {
      reason: 'Bun lays large bodies of messages into files in memory, and takes ordinary memory instead',
      calls: ['memfd_create'],
    },
  },
};

/** Every call that a recipe may not name, with the reason. */
export const refusedReasons: ReadonlyMap<string, string> = new Map(
  [...Object.values(neverCalls), ...Object.values(absentCalls)].flatMap(({ reason, calls }) =>
    calls.map((call) => [call, reason] as const),
  ),
);

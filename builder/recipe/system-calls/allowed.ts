import type { RuntimeName } from '../runtime-name.ts';

/** System calls that a runtime makes, and why. Everything that is not named here is refused. */
export interface CallGroup {
  readonly reason: string;
  readonly calls: readonly string[];
}

/**
 * What Node makes on musl. Measured: `test/cage/measured-calls.slow.test.ts` lets the appliance `ordinary` do what daemons do and holds every
 * call that it makes against this list. What is here beyond that is what the same code takes on another path, and says so.
 */
const node: Readonly<Record<string, CallGroup>> = {
  memory: {
    reason:
      'heap, stacks, compiled code and the loading of libraries; msync for a database that maps its file',
    calls: ['brk', 'mmap', 'munmap', 'mremap', 'mprotect', 'madvise', 'membarrier', 'msync'],
  },
  threads: {
    reason:
      'threads of V8, of the pool and of workers: their begin, their locks, their end; musl asks for the scheduling of each',
    calls: [
      'clone',
      'futex',
      'exit',
      'exit_group',
      'set_tid_address',
      'set_robust_list',
      'gettid',
      'getpid',
      'getppid',
      'sched_yield',
      'sched_getaffinity',
      'sched_getscheduler',
      'sched_getparam',
      'getpriority',
      'prctl',
    ],
  },
  signals: {
    reason:
      'handlers, process.kill to itself, abort(); a call that a signal interrupted goes on by restart_syscall',
    calls: [
      'rt_sigaction',
      'rt_sigprocmask',
      'rt_sigreturn',
      'sigaltstack',
      'kill',
      'tkill',
      'tgkill',
      'restart_syscall',
      'wait4',
    ],
  },
  time: {
    reason: 'clocks and pauses; most of them do not even enter the kernel',
    calls: ['clock_gettime', 'clock_getres', 'clock_nanosleep', 'nanosleep', 'gettimeofday'],
  },
  waiting: {
    reason: 'the event loop; pselect6 is how c-ares waits without it',
    calls: [
      'epoll_create1',
      'epoll_ctl',
      'epoll_pwait',
      'ppoll',
      'pselect6',
      'eventfd2',
      'pipe2',
      'inotify_init1',
      'inotify_add_watch',
      'inotify_rm_watch',
    ],
  },
  files: {
    reason: 'node:fs in all its functions, and SQLite; which files is for Landlock and the mounts to say',
    calls: [
      'openat',
      'close',
      'read',
      'write',
      'readv',
      'writev',
      'pread64',
      'pwrite64',
      'preadv',
      'pwritev',
      'lseek',
      'dup',
      'dup3',
      'fcntl',
      'flock',
      'ioctl',
      'fstat',
      'newfstatat',
      'statx',
      'statfs',
      'fstatfs',
      'faccessat',
      'faccessat2',
      'getdents64',
      'readlinkat',
      'getcwd',
      'chdir',
      'fchdir',
      'umask',
      'truncate',
      'ftruncate',
      'fallocate',
      'fsync',
      'fdatasync',
      'renameat',
      'renameat2',
      'linkat',
      'symlinkat',
      'unlinkat',
      'mkdirat',
      'fchmod',
      'fchmodat',
      'fchown',
      'fchownat',
      'utimensat',
      'copy_file_range',
      'sendfile',
    ],
  },
  sockets: {
    reason: 'node:net, node:dgram and node:dns; which kinds, addresses and ports is limited further',
    calls: [
      'socket',
      'socketpair',
      'bind',
      'connect',
      'listen',
      'accept',
      'accept4',
      'getsockname',
      'getpeername',
      'sendto',
      'recvfrom',
      'sendmsg',
      'recvmsg',
      'sendmmsg',
      'recvmmsg',
      'setsockopt',
      'getsockopt',
      'shutdown',
    ],
  },
  itself: {
    reason:
      'who and where it is: user, limits (libuv raises its own number of descriptors), what it used, random numbers',
    calls: [
      'getuid',
      'geteuid',
      'getgid',
      'getegid',
      'getgroups',
      'capget',
      'prlimit64',
      'getrusage',
      'uname',
      'sysinfo',
      'getrandom',
    ],
  },
};

export const allowedCalls: Readonly<Record<RuntimeName, Readonly<Record<string, CallGroup>>>> = { node };

/** Every call of a runtime, sorted. */
export function callsOfRuntime(runtime: RuntimeName): string[] {
  return Object.values(allowedCalls[runtime])
    .flatMap(({ calls }) => calls)
    .sort();
}

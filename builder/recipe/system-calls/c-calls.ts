import type { CallGroup } from './call-group.ts';

/**
 * What the router's dnsmasq makes, static on musl: measured with strace from its start through leases, names and their end. Nothing of
 * it opens a file for writing, and nothing starts a program.
 */
export const cCalls: Readonly<Record<string, CallGroup>> = {
  memory: { reason: 'the heap', calls: ['brk', 'mmap', 'munmap', 'mremap', 'mprotect', 'madvise'] },
  process: {
    reason: 'its begin and end; fork, for a name that is asked for by TCP, and waiting for that child',
    calls: [
      ...['clone', 'wait4', 'exit', 'exit_group', 'set_tid_address', 'gettid', 'getpid', 'getppid'],
      ...['sched_getaffinity', 'prlimit64', 'umask', 'uname', 'chdir', 'capget', 'setsid'],
      ...['getuid', 'geteuid', 'getgid', 'getegid', 'futex', 'sched_yield'],
    ],
  },
  signals: {
    reason: 'handlers; alarm and kill for children that take too long',
    calls: [
      'rt_sigaction',
      'rt_sigprocmask',
      'rt_sigreturn',
      'setitimer',
      'kill',
      'tkill',
      'restart_syscall',
    ],
  },
  time: {
    reason: 'clocks and pauses',
    calls: ['clock_gettime', 'clock_nanosleep', 'nanosleep', 'gettimeofday'],
  },
  waiting: {
    reason: 'its loop, and the file with resolvers, which init writes anew with every lease',
    calls: ['ppoll', 'pipe2', 'inotify_init1', 'inotify_add_watch', 'inotify_rm_watch'],
  },
  files: {
    reason: 'random numbers, names of hosts and users, the file with resolvers, its own descriptors',
    calls: [
      ...['openat', 'close', 'read', 'write', 'readv', 'writev', 'lseek', 'fcntl', 'dup', 'dup3', 'ioctl'],
      ...['fstat', 'newfstatat', 'statx', 'faccessat', 'readlinkat', 'getdents64', 'getrandom'],
    ],
  },
  sockets: {
    reason: 'DNS and DHCP, and the routing socket that tells of interfaces and addresses',
    calls: [
      ...['socket', 'bind', 'connect', 'listen', 'accept', 'accept4', 'getsockname', 'getpeername', 'sendto'],
      ...['recvfrom', 'sendmsg', 'recvmsg', 'setsockopt', 'getsockopt', 'shutdown'],
    ],
  },
};

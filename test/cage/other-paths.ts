export interface MeasuredRuntime {
  /** Calls that are refused, and what the runtime does then. */
  readonly refused: Readonly<Record<string, string>>;
  /** Calls that are allowed although the appliance `ordinary` does not make them: the same code takes them on another path. */
  readonly otherPaths: Readonly<Record<string, string>>;
}

export const otherPathsOfNode: MeasuredRuntime = {
  refused: {
    io_uring_setup: 'libuv goes on with epoll',
    execve:
      "qemu's own start of the program, and the child of `refusedProgram`, which an image does not let begin",
  },
  otherPaths: {
    accept: 'libuv, where accept4 fails',
    chdir: 'process.chdir',
    clock_nanosleep: 'musl, for nanosleep of a given clock',
    dup3: 'libuv, for a terminal, and musl for dup2',
    dup: 'libuv, for pipes that are opened from a descriptor',

    faccessat2: 'musl, for access with flags',
    fallocate: 'SQLite, for a file that grows',
    fchdir: 'musl, for a walk through folders',
    fchownat: 'fs.lchown',
    flock: 'SQLite, for a lock of its own kind',
    fstatfs: 'fs.statfs of an open file',
    getgroups: 'process.getgroups',
    getppid: 'process.ppid',
    gettimeofday: 'musl, where the page of clocks is not there',
    msync: 'SQLite, for a file that it maps',
    nanosleep: 'musl, for sleep',
    pselect6: 'c-ares',
    recvmmsg: 'libuv, for several datagrams at once',
    renameat2: 'musl, for a rename with flags',
    restart_syscall: 'the kernel itself, after a signal',
    sched_yield: 'V8, for a lock that is taken',
    sendfile: 'libuv, for a copy where copy_file_range fails',
    sendmmsg: 'libuv, for several datagrams at once',
    set_robust_list: 'musl, for a lock that outlives its thread',
    sigaltstack: 'V8, for traps of WebAssembly',
    sysinfo: 'libuv, where /proc/meminfo does not answer',
    tgkill: 'musl, for pthread_kill',
    tkill: 'musl, for abort',
    truncate: 'fs.truncate of a path',
  },
};

export const otherPathsOfBun: MeasuredRuntime = {
  refused: {
    epoll_pwait2: 'Bun goes on with epoll_pwait',
    execve: "qemu's own start of the program",
    memfd_create: 'Bun takes ordinary memory for large bodies',
  },
  otherPaths: {
    chdir: 'process.chdir',
    clock_nanosleep: 'musl, for nanosleep of a given clock',
    dup3: 'musl, for dup2',
    fallocate: 'SQLite, for a file that grows',
    fchdir: 'musl, for a walk through folders',
    fchownat: 'fs.chown and fs.lchown of a path',
    getegid: 'process.getegid',
    getgroups: 'process.getgroups',
    getppid: 'process.ppid',
    gettimeofday: 'musl, where the page of clocks is not there',
    msync: 'SQLite, for a file that it maps',
    nanosleep: 'musl, for sleep',
    pipe2: 'pipes between threads',
    ppoll: 'c-ares, and a wait for one descriptor',
    recvmsg: 'datagrams, where recvmmsg fails',
    restart_syscall: 'the kernel itself, after a signal',
    rt_sigsuspend: 'a thread that runs while another collects garbage waits in it',
    sched_yield: 'JavaScriptCore, for a lock that is taken',
    sendfile: 'a copy where copy_file_range fails, and a file as an answer',
    sendmmsg: 'several datagrams at once',
    set_robust_list: 'musl, for a lock that outlives its thread',
    socketpair: 'pipes to a child, which is refused after them',
    shutdown: 'the end of one direction of a connection',
    writev: 'an answer in several parts',
  },
};

import type { CallGroup } from './call-group.ts';
import { sharedCalls } from './shared-calls.ts';

/**
 * What Node makes on musl. Measured: `test/cage/measured-calls.slow.test.ts` lets the appliance `ordinary` do what daemons do and holds every
 * call that it makes against this list. What is here beyond that is what the same code takes on another path, and says so.
 */
export const nodeCalls: Readonly<Record<string, CallGroup>> = {
  memory: {
    reason:
      'heap, stacks, compiled code and the loading of libraries; msync for a database that maps its file',
    calls: sharedCalls.memory,
  },
  threads: {
    reason:
      'threads of V8, of the pool and of workers: their begin, their locks, their end; musl asks for the scheduling of each',
    calls: [...sharedCalls.threads, 'sched_getscheduler', 'sched_getparam'],
  },
  signals: {
    reason:
      'handlers, process.kill to itself, abort(); a call that a signal interrupted goes on by restart_syscall',
    calls: [...sharedCalls.signals, 'tgkill', 'wait4'],
  },
  time: {
    reason: 'clocks and pauses; most of them do not even enter the kernel',
    calls: [...sharedCalls.time, 'clock_getres'],
  },
  waiting: {
    reason: 'the event loop; pselect6 is how c-ares waits without it',
    calls: [...sharedCalls.waiting, 'pselect6'],
  },
  files: {
    reason: 'node:fs in all its functions, and SQLite; which files is for Landlock and the mounts to say',
    calls: [...sharedCalls.files, 'dup', 'flock', 'fstatfs', 'faccessat2', 'renameat2'],
  },
  sockets: {
    reason: 'node:net, node:dgram and node:dns; which kinds, addresses and ports is limited further',
    calls: [...sharedCalls.sockets, 'accept'],
  },
  itself: {
    reason:
      'who and where it is: user, limits (libuv raises its own number of descriptors), what it used, random numbers',
    calls: [...sharedCalls.itself, 'capget'],
  },
};

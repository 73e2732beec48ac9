import type { CallGroup } from './call-group.ts';
import { sharedCalls } from './shared-calls.ts';

/**
 * What Bun makes on musl. Measured as Node's list is, by the same appliance; what is here beyond that says so in the test. Beside Node's it has the
 * way in which its garbage collector stops threads (`rt_sigsuspend`) and one call at its start (`close_range`, which marks descriptors).
 */
export const bunCalls: Readonly<Record<string, CallGroup>> = {
  memory: {
    reason:
      'heap, stacks, compiled code and the loading of libraries; msync for a database that maps its file',
    calls: sharedCalls.memory,
  },
  threads: {
    reason: 'threads of JavaScriptCore, of the pool and of workers: their begin, their locks, their end',
    calls: sharedCalls.threads,
  },
  signals: {
    reason:
      'handlers, process.kill to itself, abort(); a thread that is stopped for the garbage collector waits in rt_sigsuspend',
    calls: [...sharedCalls.signals, 'rt_sigsuspend'],
  },
  time: {
    reason: 'clocks and pauses; most of them do not even enter the kernel',
    calls: sharedCalls.time,
  },
  waiting: {
    reason: 'the event loop (epoll_pwait2 is tried once and missed); ppoll is how c-ares waits without it',
    calls: sharedCalls.waiting,
  },
  files: {
    reason: 'node:fs in all its functions, and SQLite; which files is for Landlock and the mounts to say',
    calls: [...sharedCalls.files, 'close_range'],
  },
  sockets: {
    reason: 'node:net, node:dgram and node:dns; which kinds, addresses and ports is limited further',
    calls: sharedCalls.sockets,
  },
  itself: {
    reason: 'who and where it is: user, limits, what it used, random numbers',
    calls: sharedCalls.itself,
  },
};

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ProgramKind, runtimeNames } from '../../builder/recipe/runtime-name.ts';
import { hostileRun, type Outcome } from './hostile-run.ts';
import { type Lifted, replacementsFor } from './lifted.ts';

const test = suite('a hostile daemon');

/** What each attempt comes to in an image as it ships. The one that must work shows that the refusals are no accident. */
const caged: Readonly<Record<string, Outcome>> = {
  'execute-itself': 'SIGSYS',
  'execute-by-descriptor': 'SIGSYS',
  'execute-low': 'EFAULT',
  'execute-from-data': 'SIGSYS',
  'execute-from-memory': 'SIGSYS',
  fork: 'EACCES',
  threads: 'EAGAIN',
  memory: 'SIGKILL',
  'map-data': 'EPERM',
  'map-temporary': 'EPERM',
  'write-root': 'EROFS',
  'write-run': 'EACCES',
  'write-program': 'EROFS',
  'read-elsewhere': 'EACCES',
  'write-limit': 'EACCES',
  'make-pipe': 'ENOSYS',
  'make-device': 'ENOSYS',
  'open-memory': 'ENOENT',
  'open-disk': 'ENOENT',
  'read-trace': 'ENOENT',
  'inherited-disk': 'EBADF',
  'fill-data': 'ENOSPC',
  'fill-temporary': 'ENOSPC',
  'see-init': 'ENOENT',
  'read-init': 'ENOENT',
  'read-init-by-call': 'SIGSYS',
  'trace-init': 'SIGSYS',
  'take-descriptor': 'SIGSYS',
  'signal-init': 'EPERM',
  'signal-others': 'EPERM',
  'raw-socket': 'EACCES',
  'packet-socket': 'EACCES',
  'multipath-socket': 'EACCES',
  'file-socket': 'EACCES',
  'device-events': 'EACCES',
  'listen-unnamed': 'EACCES',
  'connect-unnamed': 'EACCES',
  'connect-named': 'done',
  'filter-socket': 'ENOPROTOOPT',
  'set-clock': 'SIGSYS',
  'set-name': 'SIGSYS',
  reboot: 'SIGSYS',
  'load-module': 'SIGSYS',
  'load-kernel': 'SIGSYS',
  mount: 'SIGSYS',
  'mount-by-descriptor': 'SIGSYS',
  'change-root': 'SIGSYS',
  'new-user-namespace': 'SIGSYS',
  'new-network': 'SIGSYS',
  'add-key': 'SIGSYS',
  'load-bpf': 'SIGSYS',
  'measure-performance': 'SIGSYS',
  'fault-handler': 'SIGSYS',
  ring: 'ENOSYS',
  personality: 'SIGSYS',
  'kernel-messages': 'SIGSYS',
  dumpable: 'EPERM',
  'terminal-input': 'ENOTTY',
};

/**
 * What Bun goes on without does not end it. A program of C, the router's dnsmasq, forks for a name that is asked for by TCP, and has no threads:
 * one that should enter another network cannot be made.
 */
const otherwise: Readonly<Record<ProgramKind, Readonly<Record<string, Outcome>>>> = {
  node: {},
  bun: { 'execute-from-memory': 'ENOSYS' },
  c: { fork: 'done', 'new-network': 'EAGAIN', dumpable: 'ENOSYS' },
};

for (const runtime of [...runtimeNames, 'c'] as const) {
  test(`gets nothing of what it attempts in the cage of ${runtime}, and the appliance stays up`, async () => {
    const outcomes = await hostileRun({ runtime });
    outcomes.delete('listen-unbound');
    assert.equal(Object.fromEntries(outcomes), { ...caged, ...otherwise[runtime] });
  });
}

interface Mutant {
  readonly without: readonly Lifted[];
  /** What then succeeds, and what a second protection still refuses. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

/** Each attempt succeeds in one of these: it is refused by what that one is without. */
const mutants: Readonly<Record<string, Mutant>> = {
  'the filter of system calls': {
    without: ['filter'],
    outcomes: {
      'execute-itself': 'done',
      'execute-by-descriptor': 'done',
      fork: 'done',
      'file-socket': 'done',
      'device-events': 'done',
      'filter-socket': 'done',
      'add-key': 'done',
      personality: 'done',
      dumpable: 'done',
      // Refused by Landlock, mounts, settings and the lack of capabilities as well.
      'execute-from-data': 'EACCES',
      'execute-from-memory': 'EACCES',
      'make-pipe': 'EACCES',
      'make-device': 'EACCES',
      'read-init-by-call': 'EPERM',
      'trace-init': 'EPERM',
      'raw-socket': 'EPERM',
      'packet-socket': 'EPERM',
      'multipath-socket': 'ENOPROTOOPT',
      'set-clock': 'EPERM',
      'set-name': 'EPERM',
      reboot: 'EPERM',
      'load-module': 'EPERM',
      'load-kernel': 'EPERM',
      mount: 'EPERM',
      'mount-by-descriptor': 'EPERM',
      'change-root': 'EPERM',
      'new-user-namespace': 'EPERM',
      'load-bpf': 'EPERM',
      'measure-performance': 'EACCES',
      'fault-handler': 'EPERM',
      ring: 'EPERM',
      'kernel-messages': 'EPERM',
    },
  },
  Landlock: {
    without: ['landlock'],
    outcomes: {
      'listen-unnamed': 'done',
      'connect-unnamed': 'done',
      'read-elsewhere': 'done',
      // Refused by the user and by the signals' own rule as well.
      'write-run': 'EACCES',
      'write-limit': 'EACCES',
      'signal-init': 'EPERM',
      'execute-itself': 'SIGSYS',
    },
  },
  "the mounts' options, and the hiding of processes": {
    without: ['mountOptions', 'hidingOfProcesses'],
    outcomes: {
      'map-data': 'done',
      'map-temporary': 'done',
      'fill-temporary': 'done',
      'see-init': 'done',
      'execute-from-data': 'SIGSYS',
    },
  },
  'limits of memory and tasks': {
    without: ['limits'],
    outcomes: { threads: 'done', memory: 'done' },
  },
  'the dropping of capabilities, the filter and Landlock': {
    without: ['capabilities', 'filter', 'landlock'],
    outcomes: {
      'execute-low': 'done',
      'make-pipe': 'done',
      'make-device': 'done',
      'signal-init': 'done',
      'signal-others': 'done',
      'raw-socket': 'done',
      'packet-socket': 'done',
      'set-clock': 'done',
      'set-name': 'done',
      reboot: 'done',
      'mount-by-descriptor': 'done',
      'load-bpf': 'done',
      'measure-performance': 'done',
      'fault-handler': 'done',
      'kernel-messages': 'done',
      mount: 'done',
      'change-root': 'done',
      // Refused by settings as well.
      'trace-init': 'EPERM',
      'load-module': 'EPERM',
      'load-kernel': 'EPERM',
      'new-user-namespace': 'ENOSPC',
      'new-network': 'ENOSPC',
      ring: 'EPERM',
      'multipath-socket': 'ENOPROTOOPT',
    },
  },
  'all that, the settings, the closing of modules, of descriptors and of what was kept of a crash': {
    without: [
      'capabilities',
      'filter',
      'landlock',
      'settings',
      'closedModules',
      'closedDescriptors',
      'closedTrace',
    ],
    outcomes: {
      'execute-from-memory': 'done',
      'see-init': 'done',
      'read-init': 'done',
      'read-init-by-call': 'done',
      'trace-init': 'done',
      'multipath-socket': 'done',
      'load-module': 'done',
      'read-trace': 'done',
      'inherited-disk': 'done',
      'new-user-namespace': 'done',
      'new-network': 'done',
      ring: 'done',
    },
  },
};

for (const [what, { without, outcomes }] of Object.entries(mutants)) {
  test(`without ${what} it gets what that refuses`, async () => {
    const attempts = Object.keys(outcomes);
    const found = await hostileRun({ attempts, without: replacementsFor(without) });
    assert.equal(Object.entries(Object.fromEntries(found)).sort(), Object.entries(outcomes).sort());
  });
}

/** These have no mutant: what is not there (devices, a writable root) is shown by the probe, and a partition's end by nothing but its size. */
const withoutMutant = [
  'write-root',
  'write-run',
  'write-program',
  'write-limit',
  'open-memory',
  'open-disk',
  'fill-data',
  'take-descriptor',
  'load-kernel',
  'terminal-input',
  'execute-from-data',
  'connect-named',
];

test('every attempt succeeds in some mutant, or is named as one that has none', () => {
  const succeeding = Object.values(mutants).flatMap(({ outcomes }) =>
    Object.entries(outcomes)
      .filter(([, outcome]) => outcome === 'done')
      .map(([name]) => name),
  );
  assert.equal(
    Object.keys(caged)
      .filter((name) => !succeeding.includes(name))
      .sort(),
    [...withoutMutant].sort(),
  );
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mounts } from '../../builder/init/default-deny.ts';
import { type Assertion, type GuestExpectation, judgeGuest } from '../../qemu/probe/assertions.ts';
import { type GuestFacts, type LimitFile, readGuestFacts } from '../../qemu/probe/guest-facts.ts';
import type { ProcessFacts } from '../../qemu/probe/process-facts.ts';
import type { SocketFacts } from '../../qemu/probe/socket-facts.ts';
import { fakeImage } from './fake-machine.ts';
import { recordedGuest } from './recorded-guest.ts';

const test = suite('what must hold inside a guest');

const expected: GuestExpectation = {
  daemon: 'cxo',
  daemonId: 1000,
  daemonCapabilities: 0n,
  ports: fakeImage.ports,
  helpers: [
    { name: 'dhcp', id: 1001, always: true },
    { name: 'log', id: 1002, always: true },
    { name: 'health', id: 1003, always: false },
  ],
  helperSockets: [{ table: 'udp', port: 68, process: 'dhcp' }],
  limits: { 'memory.max': '134217728', 'memory.swap.max': '0', 'memory.oom.group': '1', 'pids.max': '256' },
  settings: [
    { name: 'kernel/sysrq', value: '0' },
    { name: 'kernel/printk', value: '4' },
    { name: 'kernel/core_pattern', value: '' },
    { name: 'kernel/not_in_this_kernel', value: '1' },
  ],
  kernelWords: ['slab_nomerge', 'lockdown=integrity'],
  mounts,
  writable: ['/data', '/tmp', '/run'],
};
const good = await readGuestFacts(
  recordedGuest(),
  'cxo',
  expected.settings.map(({ name }) => name),
);
const daemon = good.processes.find(({ name }) => name === 'cxo')!;
const init = good.processes.find(({ pid }) => pid === 1)!;
/** What every helper runs. */
const { executable } = init;

/** The same guest with other fields of its daemon. */
function withDaemon(change: Partial<ProcessFacts>): GuestFacts {
  return { ...good, processes: good.processes.map((one) => (one === daemon ? { ...one, ...change } : one)) };
}

function withProcess(change: Partial<ProcessFacts>): GuestFacts {
  return { ...good, processes: [...good.processes, { ...daemon, pid: 900, ...change }] };
}

function withSocket(change: Partial<SocketFacts>, owners: readonly number[] = [daemon.pid]): GuestFacts {
  const socket: SocketFacts = {
    table: 'tcp',
    address: '00000000',
    port: 9999,
    uid: 1000,
    inode: 5555,
    open: true,
    ...change,
  };
  return {
    ...good,
    sockets: [...good.sockets, socket],
    socketOwners: new Map([...good.socketOwners, [socket.inode, owners]]),
  };
}

function withRoot(options: readonly string[], superOptions: readonly string[]): GuestFacts {
  return {
    ...good,
    mounts: good.mounts.map((mount) => (mount.target === '/' ? { ...mount, options, superOptions } : mount)),
  };
}

function withLimit(file: LimitFile, limit: string | null): GuestFacts {
  return { ...good, limits: { ...good.limits, [file]: limit } };
}

function withSetting(name: string, value: string): GuestFacts {
  return { ...good, settings: { ...good.settings, [name]: value } };
}

function withoutOption(target: string, option: string): GuestFacts {
  const mounts = good.mounts.map((mount) =>
    mount.target === target ? { ...mount, options: mount.options.filter((one) => one !== option) } : mount,
  );
  return { ...good, mounts };
}

function without(name: string): GuestFacts {
  return { ...good, processes: good.processes.filter((process) => process.name !== name) };
}

test('a real guest that is as it must be has no finding', () => {
  assert.equal(judgeGuest(good, expected), []);
});

test('a health check that comes and goes, several at once even, is no finding', () => {
  const ids = { uids: [1003, 1003, 1003, 1003], gids: [1003, 1003, 1003, 1003] };
  const one = withProcess({ name: 'health', executable, ...ids });
  const two = { ...one, processes: [...one.processes, { ...one.processes.at(-1)!, pid: 901 }] };
  assert.equal(judgeGuest(two, expected), []);
});

test('a connection is no open port, and the daemon may listen on IPv6 too', () => {
  assert.equal(judgeGuest(withSocket({ open: false }), expected), []);
  assert.equal(judgeGuest(withSocket({ table: 'tcp6', port: 8080 }), expected), []);
});

/** Guests that are broken in one thing, and the assertion that must say so, alone. */
const broken: readonly (readonly [what: string, assertion: Assertion, facts: GuestFacts])[] = [
  ['a process that nobody named', 'processes', withProcess({ name: 'sh' })],
  ['a second daemon', 'processes', withProcess({})],
  ['a second logger', 'processes', withProcess({ name: 'log', executable, uids: [1002, 1002, 1002, 1002] })],
  ['a helper as root', 'processes', withProcess({ name: 'health', executable, uids: [1003, 1003, 0, 1003] })],
  [
    "another program under a helper's name",
    'processes',
    withProcess({ name: 'health', uids: [1003, 1003, 1003, 1003], executable: '/data/x' }),
  ],
  ['no logger', 'processes', without('log')],
  [
    'process 1 under another name',
    'processes',
    {
      ...good,
      processes: good.processes.map((one) => (one.pid === 1 ? { ...one, pid: 3 } : one)),
    },
  ],
  ['a saved user of root', 'daemonUser', withDaemon({ uids: [1000, 1000, 0, 1000] })],
  ['another group', 'daemonUser', withDaemon({ gids: [0, 1000, 1000, 1000] })],
  ['a further group', 'daemonUser', withDaemon({ groups: [27] })],
  ...(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'] as const).map(
    (set) =>
      [
        `a capability in ${set}`,
        'capabilities',
        withDaemon({ capabilities: { ...daemon.capabilities, [set]: 0x2000n } }),
      ] as const,
  ),
  ['no NoNewPrivs', 'noNewPrivs', withDaemon({ noNewPrivs: false })],
  ['no filter of system calls', 'seccomp', withDaemon({ seccomp: 0 })],
  ['more memory', 'limits', withLimit('memory.max', 'max')],
  ['swap', 'limits', withLimit('memory.swap.max', 'max')],
  ['a thread that dies for the others', 'limits', withLimit('memory.oom.group', '0')],
  ['any number of tasks', 'limits', withLimit('pids.max', null)],
  ['a key that commands the kernel', 'settings', withSetting('kernel/sysrq', '1')],
  ['a program for crashes', 'settings', withSetting('kernel/core_pattern', '|/usr/bin/x')],
  ['messages on the console', 'settings', withSetting('kernel/printk', '7\t4\t1\t7')],
  [
    'a command line without a word',
    'kernelWords',
    { ...good, commandLine: good.commandLine.filter((word) => word !== 'slab_nomerge') },
  ],
  [
    'a command line with another value',
    'kernelWords',
    { ...good, commandLine: good.commandLine.map((word) => word.replace('integrity', 'none')) },
  ],
  ['programs in /data', 'mountOptions', withoutOption('/data', 'noexec')],
  ['settings that can be written', 'mountOptions', withoutOption('/proc', 'ro')],
  ['devices in /tmp', 'mountOptions', withoutOption('/tmp', 'nodev')],
  [
    'a mount that nobody named',
    'mountOptions',
    { ...good, mounts: [...good.mounts, { ...good.mounts[0]!, target: '/mnt' }] },
  ],
  ['a root mounted for writing', 'readOnlyRoot', withRoot(['rw', 'nosuid', 'nodev'], ['ro'])],
  ['a root whose file system is writable', 'readOnlyRoot', withRoot(['ro', 'nosuid', 'nodev'], ['rw'])],
  ['no root', 'readOnlyRoot', { ...good, mounts: [] }],
  ['a file that can be made in /', 'readOnlyRoot', { ...good, writes: { ...good.writes, '/': 0 } }],
  ['a / that refuses by permission only', 'readOnlyRoot', { ...good, writes: { ...good.writes, '/': 13 } }],
  [
    'a file that can be made in /usr/bin',
    'readOnlyRoot',
    { ...good, writes: { ...good.writes, '/usr/bin': 0 } },
  ],
  ['nothing tried', 'readOnlyRoot', { ...good, writes: {} }],
  ['a port that the recipe does not name', 'listeningPorts', withSocket({})],
  ['a datagram port', 'listeningPorts', withSocket({ table: 'udp' })],
  ['the number over the wrong protocol', 'listeningPorts', withSocket({ table: 'udp', port: 8080 })],
  ['a raw socket', 'listeningPorts', withSocket({ table: 'raw', port: 1 })],
  ['a packet socket', 'listeningPorts', withSocket({ table: 'packet', port: 3 })],
  ["the recipe's port held by another process", 'listeningPorts', withSocket({ port: 8080 }, [1])],
  ["the helper's port held by the daemon", 'listeningPorts', withSocket({ table: 'udp', port: 68 })],
  ['a port that nobody holds', 'listeningPorts', withSocket({}, [])],
  ['no port', 'listeningPorts', { ...good, sockets: good.sockets.filter(({ port }) => port !== 8080) }],
  ['modules that can be loaded', 'modulesDisabled', { ...good, modulesDisabled: '0' }],
];

for (const [what, assertion, facts] of broken) {
  test(`${what} is found by ${assertion} alone`, () => {
    const findings = judgeGuest(facts, expected);
    assert.equal(
      [...new Set(findings.map((finding) => finding.assertion))],
      [assertion],
      JSON.stringify(findings),
    );
  });
}

test('without the daemon nothing passes that is about it', () => {
  const found = new Set(judgeGuest(without('cxo'), expected).map(({ assertion }) => assertion));
  for (const assertion of ['processes', 'daemonUser', 'capabilities', 'noNewPrivs'] as const)
    assert.ok(found.has(assertion));
});

test('a capability that the recipe grants is no finding; one more is', () => {
  const granting = { ...expected, daemonCapabilities: 0x400n };
  const sets = (set: bigint): ProcessFacts['capabilities'] => ({
    CapInh: set,
    CapPrm: set,
    CapEff: set,
    CapBnd: set,
    CapAmb: set,
  });
  assert.equal(judgeGuest(withDaemon({ capabilities: sets(0x400n) }), granting), []);
  assert.is(judgeGuest(withDaemon({ capabilities: sets(0x1400n) }), granting).length, 5);
});

test("a daemon is known by its program's whole name, whatever it calls itself", () => {
  const name = 'a-name-of-nineteen-';
  const facts = withDaemon({ name });
  assert.equal(judgeGuest(facts, { ...expected, daemon: name }), []);
});

test.run();

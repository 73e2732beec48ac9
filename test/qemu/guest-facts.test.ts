import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readGuestFacts } from '../../qemu/probe/guest-facts.ts';
import { parseMounts } from '../../qemu/probe/mount-facts.ts';
import { parseProcess } from '../../qemu/probe/process-facts.ts';
import { parseSockets } from '../../qemu/probe/socket-facts.ts';
import { recordedGuest } from './recorded-guest.ts';

const test = suite("facts from a guest's /proc");

test('processes of a real guest, without the probe itself', async () => {
  const { processes } = await readGuestFacts(recordedGuest(), 'cxo');
  assert.equal(
    processes.map(({ name, kernelThread, uids }) => [name, kernelThread, uids[0]]),
    [
      ['init', false, 0],
      ['kthreadd', true, 0],
      ['dhcp', false, 1001],
      ['log', false, 1002],
      ['cxo', false, 1000],
    ],
  );
  const daemon = processes.at(-1)!;
  assert.is(daemon.executable, '/usr/bin/cxo');
  assert.equal(daemon.commandLine, ['cxo']);
  assert.is(daemon.parent, 1);
  assert.equal(daemon.groups, []);
  assert.ok(daemon.noNewPrivs);
  assert.ok(Object.values(daemon.capabilities).every((set) => set === 0n));
  assert.is(processes[0]!.capabilities.CapEff, 0x1ffffffffffn);
});

test('sockets of a real guest and who holds them', async () => {
  const { sockets, socketOwners, processes } = await readGuestFacts(recordedGuest(), 'cxo');
  const open = sockets.filter((socket) => socket.open);
  assert.equal(
    open.map(({ table, port }) => [table, port]),
    [
      ['tcp', 8080],
      ['udp', 68],
    ],
  );
  const holders = (socketOwners.get(open[0]!.inode) ?? []).map(
    (pid) => processes.find((one) => one.pid === pid)?.name,
  );
  assert.equal(holders, ['cxo']);
});

test('mounts, writes, memory and settings of a real guest', async () => {
  const facts = await readGuestFacts(recordedGuest(), 'cxo');
  assert.equal(facts.mounts.find(({ target }) => target === '/')?.type, 'squashfs');
  assert.is(facts.writes['/'], 30);
  assert.is(facts.writes['/data'], 0);
  assert.ok(facts.memory.totalKiB > facts.memory.availableKiB && facts.memory.availableKiB > 0);
  assert.is(facts.modulesDisabled, '1');
  assert.is(facts.limits['memory.max'], '134217728');
  assert.is(facts.limits['pids.max'], '256');
});

test('a process that ends while it is looked at is left out', async () => {
  const guest = recordedGuest();
  const { processes } = await readGuestFacts(guest, 'cxo');
  const pid = processes.find(({ name }) => name === 'log')!.pid;
  const facts = await readGuestFacts(recordedGuest({ [`r ${pid}/status`]: null }), 'cxo');
  assert.not.ok(facts.processes.some((process) => process.pid === pid));
});

test('a name with parentheses and spaces does not shift the fields behind it', () => {
  const status = [
    'Name:\tx) R (1',
    'Pid:\t7',
    'PPid:\t1',
    'Uid:\t0\t0\t0\t0',
    'Gid:\t0\t0\t0\t0',
    'Groups:\t5 6 ',
  ];
  const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => `${set}:\t0000000000000400`);
  const texts = {
    stat: '7 (x) R (1) S 1 0 0 0 -1 2097216 0 0\n',
    status: [...status, ...sets, 'NoNewPrivs:\t0', 'Seccomp:\t2', ''].join('\n'),
    cmdline: 'a\0b c\0\0',
    executable: null,
    cgroup: '0::/\n',
  };
  const process = parseProcess(texts);
  assert.ok(process.kernelThread);
  assert.is(process.name, 'x) R (1');
  assert.equal(process.commandLine, ['a', 'b c', '']);
  assert.equal(process.groups, [5, 6]);
  assert.is(process.capabilities.CapBnd, 1024n);
  assert.is(process.seccomp, 2);
  assert.is(process.residentKiB, 0);
  assert.throws(() => parseProcess({ ...texts, status: status.join('\n') }), /no CapInh/);
  // Node calls its main thread MainThread.
  assert.is(parseProcess({ ...texts, executable: '/usr/bin/cxo' }).name, 'cxo');
  assert.is(parseProcess({ ...texts, executable: '/data/cxo' }).name, 'x) R (1');
});

test('a connected datagram socket is not open, one without a peer is; a packet socket always', () => {
  const head = 'sl local_address rem_address st\n';
  const udp = `${head} 1: 0F02000A:A000 0302000A:0035 01 00000000:00000000 00:00000000 00000000  1000        0 33 2 x 0\n 2: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 34 2 x 0\n`;
  assert.equal(
    parseSockets('udp', udp).map(({ port, open, inode }) => [port, open, inode]),
    [
      [0xa000, false, 33],
      [68, true, 34],
    ],
  );
  const packet = 'sk RefCnt Type Proto Iface R Rmem User Inode\nffff 3 3 0003 2 1 0 0 77\n';
  assert.equal(parseSockets('packet', packet), [
    { table: 'packet', address: '', port: 3, uid: 0, inode: 77, open: true },
  ]);
  assert.equal(parseSockets('tcp6', head), []);
  for (const table of ['tcp', 'packet'] as const) {
    assert.throws(() => parseSockets(table, `${head}rubbish\n`), RangeError);
  }
});

test('mount points with spaces are read, and what is no mount is refused', () => {
  const line = '36 35 98:0 / /a\\040b rw,noatime master:1 - ext3 /dev/x\\011y rw,errors=continue\n';
  assert.equal(parseMounts(line), [
    {
      target: '/a b',
      type: 'ext3',
      source: '/dev/x\ty',
      options: ['rw', 'noatime'],
      superOptions: ['rw', 'errors=continue'],
    },
  ]);
  assert.throws(() => parseMounts('36 35 98:0 / /a rw\n'), RangeError);
});

test.run();

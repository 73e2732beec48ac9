import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filterProgram, programPathAddress, verdict } from '../../builder/init/seccomp/filter-program.ts';
import { assemble, returnWith, testArguments } from '../../builder/init/seccomp/instructions.ts';
import type { Capability } from '../../builder/recipe/resolved-recipe.ts';
import { type RuntimeName, runtimeNames } from '../../builder/recipe/runtime-name.ts';
import { callsOfRuntime } from '../../builder/recipe/system-calls/allowed.ts';
import { limitedCalls } from '../../builder/recipe/system-calls/limited.ts';
import { absentCalls, absentForRuntime, neverCalls } from '../../builder/recipe/system-calls/never.ts';
import { systemCallNumbers } from '../../builder/recipe/system-calls/numbers.ts';
import { type CallSeen, runFilter } from './run-filter.ts';

const test = suite('the seccomp filter');

const make = (
  systemCalls: readonly string[] = [],
  capabilities: readonly Capability[] = [],
  runtime: RuntimeName = 'node',
) => filterProgram({ runtime, capabilities, systemCalls });
const filter = make();
const numberOf = (name: string): number => systemCallNumbers[name]!;
const says = (name: string, ...args: (number | bigint)[]): number =>
  runFilter(filter, { number: numberOf(name), arguments: args });
const callsIn = (groups: typeof neverCalls): string[] => Object.values(groups).flatMap(({ calls }) => calls);

const ENOSYS = verdict.errno(38);
const refused = { clone: 13, socket: 13, socketpair: 13, prctl: 1, ioctl: 25, setsockopt: 92 } as const;

test('has what the kernel takes: at most 4096 instructions, every path to a return', () => {
  assert.ok(filter.length < 4096);
  for (let number = -2; number < 600; number += 1) runFilter(filter, { number });
  runFilter(filter, { number: 0x7fff_ffff });
});

for (const runtime of runtimeNames) {
  test(`every call of Linux, and every number that is none, has the verdict of its list: ${runtime}`, () => {
    const own = make([], [], runtime);
    for (const [name, number] of Object.entries(systemCallNumbers)) {
      const seen = runFilter(own, { number, arguments: [-1, -1, -1, -1, -1, -1] });
      assert.is(seen, neverFirst(name, runtime), name);
    }
    const known = new Set(Object.values(systemCallNumbers));
    for (let number = 0; number < 2000; number += 1) {
      if (!known.has(number)) assert.is(runFilter(own, { number }), ENOSYS, String(number));
    }
    assert.is(runFilter(own, { number: -1 }), ENOSYS);
  });
}

/** Arguments are all ones above: what is limited is then refused. */
function neverFirst(name: string, runtime: RuntimeName): number {
  const allowed = callsOfRuntime(runtime);
  const limits = limitedCalls([]);
  if (callsIn(absentForRuntime[runtime]).includes(name)) return ENOSYS;
  if (callsIn(neverCalls).includes(name)) return verdict.killProcess;
  if (name in limits) return verdict.errno(refused[name as keyof typeof refused]);
  return allowed.includes(name) ? verdict.allow : ENOSYS;
}

test('calls of another architecture end the daemon', () => {
  // AUDIT_ARCH_ARM and AUDIT_ARCH_X86_64: an arm64 kernel may run 32-bit code.
  for (const architecture of [0x40000028, 0xc000003e]) {
    assert.is(runFilter(filter, { number: numberOf('read'), architecture }), verdict.killProcess);
  }
});

test("execve takes its path from init's one address alone", () => {
  assert.is(says('execve', programPathAddress), verdict.allow);
  for (const address of [0, 1, 9, 4096 + 8, 0x1_0000_0008n, 0xffff_0000_0000_0008n, 0x7fff_ffff_ffffn]) {
    assert.is(says('execve', address), verdict.killProcess, String(address));
  }
  assert.is(says('execveat', 3, programPathAddress), verdict.killProcess);
});

test('threads of musl, and no other child', () => {
  assert.is(says('clone', 0x7d0f00), verdict.allow);
  const process = 17;
  // fork, vfork, a thread with a signal, a thread in a new namespace (user, PID, mount, time), an untraced one.
  for (const flags of [
    process,
    0x4111,
    0x7d0f00 | process,
    ...[0x10000000, 0x20000000, 0x20000, 0x80].map((one) => 0x7d0f00 | one),
    0x7d0f00 | 0x800000,
  ]) {
    assert.is(says('clone', flags), verdict.errno(13), flags.toString(16));
  }
  assert.is(says('clone3'), ENOSYS);
});

const sockets: readonly (readonly [
  what: string,
  domain: number,
  type: number,
  protocol: number,
  is: boolean,
])[] = [
  ['TCP', 2, 1, 0, true],
  ['TCP by its number', 2, 1, 6, true],
  ['TCP over IPv6, not blocking, closed on exec', 10, 0o2004001, 0, true],
  ['UDP', 2, 2, 17, true],
  ['the list of interfaces', 16, 0o2000003, 0, true],
  ['MPTCP', 2, 1, 262, false],
  ['SCTP', 2, 1, 132, false],
  ['UDP-Lite', 2, 2, 136, false],
  ['ping', 2, 2, 1, false],
  ['raw', 2, 3, 1, false],
  ['raw, not blocking', 2, 0o4003, 255, false],
  ['a packet socket', 17, 3, 0x300, false],
  ['netfilter', 16, 3, 12, false],
  ['audit', 16, 3, 9, false],
  ['a socket of the file system', 1, 1, 0, false],
  ['vsock', 40, 1, 0, false],
  ['the cryptography of the kernel', 38, 5, 0, false],
];

for (const [what, domain, type, protocol, is] of sockets) {
  test(`${what}: ${is ? 'allowed' : 'refused'}`, () => {
    assert.is(says('socket', domain, type, protocol), is ? verdict.allow : verdict.errno(13));
  });
}

test('with a capability come the sockets that it is for', () => {
  const says = (capability: Capability, args: readonly number[]): number =>
    runFilter(make([], [capability]), { number: numberOf('socket'), arguments: args });
  assert.is(says('net_raw', [2, 3, 1]), verdict.allow);
  assert.is(says('net_raw', [17, 3, 3]), verdict.allow);
  assert.is(says('net_admin', [16, 3, 12]), verdict.allow);
  assert.is(says('net_admin', [17, 3, 3]), verdict.errno(13));
  assert.is(says('net_raw', [2, 1, 262]), verdict.errno(13));
  assert.is(says('net_bind_service', [2, 3, 1]), verdict.errno(13));
});

test('no program is attached to a socket, and no other protocol laid over it', () => {
  // SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF and _EBPF, SO_BINDTODEVICE, SO_MARK; TCP_ULP, TCP_REPAIR.
  for (const option of [26, 50, 51, 52, 25, 36])
    assert.is(says('setsockopt', 3, 1, option), verdict.errno(92));
  for (const option of [31, 19]) assert.is(says('setsockopt', 3, 6, option), verdict.errno(92));
  assert.is(says('setsockopt', 3, 1, 2), verdict.allow);
});

test('the high half of an int is nothing to the kernel, nor to the filter', () => {
  assert.is(says('ioctl', 3, 0xffff_ffff_0000_5421n), verdict.allow);
  assert.is(says('ioctl', 3, 0x5412), verdict.errno(25));
  assert.is(says('socket', 0x1_0000_0002n, 1, 262), verdict.errno(13));
});

test("a recipe's calls are added, and what no recipe may have stays refused", () => {
  const own: CallSeen = { number: numberOf('timerfd_create') };
  assert.is(runFilter(filter, own), ENOSYS);
  assert.is(runFilter(make(['timerfd_create']), own), verdict.allow);
  // The rules of a recipe refuse these names; should they ever come here, the filter does too.
  for (const call of [...callsIn(neverCalls), ...callsIn(absentCalls)]) {
    const answer = runFilter(make([call]), { number: numberOf(call) });
    assert.not.equal(answer, verdict.allow, call);
  }
  assert.throws(() => make(['frobnicate']), RangeError);
});

test('no call is in two lists, and every list has a reason', () => {
  for (const runtime of runtimeNames) {
    const all = [...callsOfRuntime(runtime), ...callsIn(neverCalls), ...callsIn(absentCalls)];
    assert.equal(
      all.filter((call, index) => all.indexOf(call) !== index),
      [],
    );
    assert.equal(
      Object.keys(limitedCalls([])).filter((call) => !callsOfRuntime(runtime).includes(call)),
      [],
    );
    // What a runtime goes on without is refused to all.
    assert.equal(
      callsIn(absentForRuntime[runtime]).filter((call) => !callsIn(neverCalls).includes(call)),
      [],
    );
  }
  for (const { reason } of [...Object.values(neverCalls), ...Object.values(absentCalls)]) {
    assert.ok(reason.length > 10);
  }
});

test('what would open the cage can never be had', () => {
  const named =
    'ptrace mount umount2 move_mount fsopen open_tree init_module finit_module delete_module add_key request_key keyctl bpf perf_event_open userfaultfd kexec_load kexec_file_load reboot settimeofday clock_settime unshare setns process_vm_readv process_vm_writev pidfd_getfd personality execveat memfd_create'.split(
      ' ',
    );
  for (const call of named) assert.is(says(call, 1, 2, 3, 4, 5, 6), verdict.killProcess, call);
  for (const call of ['io_uring_setup', 'io_uring_enter', 'io_uring_register']) assert.is(says(call), ENOSYS);
});

test('a filter of many leaves jumps as far as it must', () => {
  const leaves = new Map(
    Array.from({ length: 300 }, (_, number) => [
      number,
      [
        ...testArguments([{ argument: 0, equals: number }], [returnWith(verdict.allow)]),
        returnWith(verdict.errno(number)),
      ],
    ]),
  );
  const long = assemble(leaves, [returnWith(ENOSYS)], [returnWith(verdict.killProcess)]);
  for (let number = 0; number < 300; number += 1) {
    assert.is(runFilter(long, { number, arguments: [number] }), verdict.allow);
    assert.is(runFilter(long, { number, arguments: [number + 1] }), verdict.errno(number));
  }
  assert.is(runFilter(long, { number: 300 }), ENOSYS);
});

test.run();

import { hasIpv6, type MachineNetwork } from '../recipe/machine-network.ts';

/**
 * What an appliance turns off, keeps out or lets happen only one way: the kernel's settings, its mounts and its command line. This is the one
 * place; init's plan, the boot partition, the tests and docs/what-is-in-an-image.md are made from it.
 */

/** A file below /proc/sys. init writes it before anything else runs; /proc is then closed for writing. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly reason: string;
}

function everyInterface(family: 'ipv4' | 'ipv6', name: string, value: string, reason: string): Setting[] {
  return [
    { name: `net/${family}/conf/all/${name}`, value, reason },
    { name: `net/${family}/conf/default/${name}`, value, reason: 'the same for interfaces that come later' },
  ];
}

export const settings: readonly Setting[] = [
  // The kernel itself
  {
    name: 'kernel/printk',
    value: '4',
    reason: "only the kernel's errors on the console: its messages do not cut init's lines",
  },
  { name: 'kernel/panic', value: '10', reason: 'a kernel that panics reboots, late enough to be read' },
  { name: 'kernel/panic_on_oops', value: '1', reason: 'a kernel that lost its way does not go on' },
  { name: 'kernel/sysrq', value: '0', reason: 'no key or break on the serial line commands the kernel' },
  { name: 'kernel/kexec_load_disabled', value: '1', reason: 'no other kernel can be put in its place' },
  {
    name: 'kernel/core_pattern',
    value: '',
    reason: 'the kernel starts no program for a crash and writes no core',
  },
  { name: 'kernel/modprobe', value: '', reason: 'nor one to fetch a module' },
  { name: 'kernel/hotplug', value: '', reason: 'nor one for a new device' },
  { name: 'kernel/dmesg_restrict', value: '1', reason: "the kernel's messages name addresses" },
  { name: 'kernel/kptr_restrict', value: '2', reason: 'addresses of the kernel are shown to nobody' },
  { name: 'kernel/perf_event_paranoid', value: '3', reason: 'performance counters are for nobody' },
  {
    name: 'kernel/unprivileged_bpf_disabled',
    value: '1',
    reason: 'BPF programs are for root, and that cannot be taken back',
  },
  {
    name: 'kernel/io_uring_disabled',
    value: '2',
    reason: 'rings do by themselves what a filter of calls would refuse',
  },
  {
    name: 'kernel/yama/ptrace_scope',
    value: '3',
    reason: 'no process traces another, not even as root, and that cannot be taken back',
  },
  {
    name: 'kernel/randomize_va_space',
    value: '2',
    reason: 'programs, stacks and heaps lie at random addresses',
  },
  { name: 'kernel/unprivileged_userns_clone', value: '0', reason: "Debian's own switch for user namespaces" },
  {
    name: 'net/core/bpf_jit_harden',
    value: '2',
    reason: 'constants in filters cannot be used as code of the kernel',
  },
  { name: 'dev/tty/ldisc_autoload', value: '0', reason: 'no terminal protocols beyond the usual one' },
  { name: 'dev/tty/legacy_tiocsti', value: '0', reason: 'no program types into a terminal' },
  // Namespaces: one machine, one view. They open parts of the kernel that otherwise only root reaches.
  ...['user', 'cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'uts'].map((kind) => ({
    name: `user/max_${kind}_namespaces`,
    value: '0',
    reason: `no further ${kind} namespace`,
  })),
  // Memory
  {
    name: 'vm/mmap_min_addr',
    value: '65536',
    reason: 'nothing at low addresses: no use of null pointers, and execve has no path to take',
  },
  {
    name: 'vm/unprivileged_userfaultfd',
    value: '0',
    reason: 'nobody stops the kernel in the middle of a call',
  },
  { name: 'vm/memfd_noexec', value: '2', reason: 'files in memory cannot be executed' },
  // Files
  { name: 'fs/suid_dumpable', value: '0', reason: 'no core of a process that changed its user' },
  { name: 'fs/protected_symlinks', value: '1', reason: 'in /tmp links of others lead nowhere' },
  { name: 'fs/protected_hardlinks', value: '1', reason: 'no link to what one may not write' },
  { name: 'fs/protected_fifos', value: '2', reason: 'in /tmp pipes of others are not opened by mistake' },
  { name: 'fs/protected_regular', value: '2', reason: 'nor files' },
  // Network: one board, one IPv4 address, no router.
  ...everyInterface(
    'ipv6',
    'disable_ipv6',
    '1',
    'without a cluster that has it, IPv6 would be a second way in that configures itself',
  ),
  { name: 'net/ipv4/ip_forward', value: '0', reason: 'a board forwards nothing' },
  ...everyInterface('ipv4', 'accept_redirects', '0', 'nobody on the segment leads traffic astray'),
  ...everyInterface('ipv4', 'secure_redirects', '0', 'nor does a gateway'),
  ...everyInterface('ipv4', 'send_redirects', '0', 'a board is no router'),
  ...everyInterface('ipv4', 'accept_source_route', '0', 'the sender does not choose the way'),
  ...everyInterface('ipv4', 'arp_ignore', '1', "answers for the interface's own address only"),
  ...everyInterface('ipv4', 'arp_announce', '2', 'and asks with it'),
  { name: 'net/ipv4/icmp_echo_ignore_broadcasts', value: '1', reason: 'answers no ping that is for all' },
  {
    name: 'net/ipv4/icmp_ignore_bogus_error_responses',
    value: '1',
    reason: 'senseless errors are not logged',
  },
  { name: 'net/ipv4/tcp_syncookies', value: '1', reason: 'stays reachable in a flood of SYN packets' },
  { name: 'net/ipv4/tcp_rfc1337', value: '1', reason: 'a reset does not end a closed connection early' },
  { name: 'net/mptcp/enabled', value: '0', reason: 'Landlock does not see the ports of MPTCP' },
];

/** Where a machine has IPv6: laid over those above. Addresses come of the router's advertisement alone, and nothing else that it may say is taken. */
export const ipv6Settings: readonly Setting[] = [
  ...everyInterface('ipv6', 'disable_ipv6', '0', 'the cluster has IPv6'),
  ...everyInterface('ipv6', 'accept_redirects', '0', 'nobody on the segment leads traffic astray'),
  ...everyInterface('ipv6', 'accept_source_route', '-1', 'the sender does not choose the way'),
  ...everyInterface('ipv6', 'use_tempaddr', '0', 'the router knows each board by one address'),
  ...everyInterface('ipv6', 'accept_ra_rt_info_max_plen', '0', 'an advertisement brings no further routes'),
  ...everyInterface('ipv6', 'accept_ra_min_hop_limit', '32', 'nor a hop limit that cuts the board off'),
  ...everyInterface('ipv6', 'max_addresses', '4', 'nor addresses without end'),
];

/** On a router: what it is told by others on the board's links is not its affair; the uplink's link is made an exception. */
export const ipv6RouterSettings: readonly Setting[] = everyInterface(
  'ipv6',
  'accept_ra',
  '0',
  'a router believes no other on the segments of boards',
);

/** All that a machine is set to, in the order in which init writes it; of a name that stands twice the last counts. */
export function settingsFor(network: MachineNetwork): readonly Setting[] {
  if (!hasIpv6(network)) return settings;
  const all = [...settings, ...ipv6Settings, ...(network.router === null ? [] : ipv6RouterSettings)];
  return all.filter(({ name }, index) => !all.slice(index + 1).some((later) => later.name === name));
}

/** Words of the kernel's command line, before those of the board. */
export interface KernelWord {
  readonly word: string;
  readonly reason: string;
}

export const kernelWords: readonly KernelWord[] = [
  { word: 'slab_nomerge', reason: 'objects of different kinds do not share memory' },
  { word: 'init_on_alloc=1', reason: 'memory that is given out is empty' },
  { word: 'page_alloc.shuffle=1', reason: 'which page comes next cannot be guessed' },
  { word: 'randomize_kstack_offset=on', reason: "the kernel's stack begins elsewhere with each call" },
  { word: 'oops=panic', reason: 'a kernel that lost its way before init runs does not go on either' },
  { word: 'debugfs=off', reason: 'the view into drivers is not there' },
  { word: 'lockdown=integrity', reason: 'not even root changes the running kernel; modules must be signed' },
];

/** A mount that the daemon sees, and what it must not do there: options of mount(8). init's sources make it, a test reads it from inside. */
export interface Mount {
  readonly target: string;
  readonly options: readonly string[];
  readonly reason: string;
}

const closed = ['nosuid', 'nodev', 'noexec'];

export const mounts: readonly Mount[] = [
  { target: '/', options: ['ro', 'nosuid', 'nodev'], reason: 'holds the only programs; nobody writes it' },
  { target: '/dev', options: ['nosuid', 'noexec'], reason: 'five harmless devices, and nothing else' },
  { target: '/proc', options: ['ro', ...closed], reason: 'settings are made before; read-only also to root' },
  { target: '/sys', options: ['ro', ...closed], reason: 'holds nothing but the place of the control groups' },
  { target: '/sys/fs/cgroup', options: closed, reason: 'limits, which init alone writes' },
  { target: '/run', options: closed, reason: 'where names are asked for, which init alone writes' },
  { target: '/tmp', options: closed, reason: 'the daemon writes it: nothing there is a program or a device' },
  { target: '/data', options: closed, reason: 'as /tmp, and it survives' },
];

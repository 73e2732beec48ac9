import type { Capability } from '../resolved-recipe.ts';
import type { ProgramKind } from '../runtime-name.ts';

/** One argument as the kernel takes it: an int, of which it looks at the low 32 bits. */
export interface ArgumentTest {
  /** 0 to 5. */
  readonly argument: number;
  /** Bits that count; all 32 if left out. */
  readonly mask?: number;
  readonly equals: number;
}

/** A call that is allowed with some arguments only. */
export interface LimitedCall {
  readonly reason: string;
  /** Allowed if all tests of one of these hold. */
  readonly allowed: readonly (readonly ArgumentTest[])[];
  /** What it answers otherwise: a number of asm-generic/errno-base.h and errno.h. */
  readonly errno: number;
}

const errno = { EPERM: 1, EACCES: 13, ENOTTY: 25, ENOPROTOOPT: 92 } as const;

/** include/linux/socket.h, include/linux/net.h, include/uapi/linux/in.h and netlink.h. */
const family = { INET: 2, INET6: 10, NETLINK: 16, PACKET: 17, UNIX: 1 } as const;
const type = { STREAM: 1, DGRAM: 2, RAW: 3 } as const;
const protocol = { ANY: 0, TCP: 6, UDP: 17 } as const;
/** SOCK_NONBLOCK and SOCK_CLOEXEC are no part of the type. */
const typeMask = 0x0f;

/**
 * CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID, CHILD_CLEARTID and DETACHED (include/uapi/linux/sched.h), no
 * signal at its end: what pthread_create of musl writes (src/thread/pthread_create.c).
 */
const threadFlags = 0x007d_0f00;

/** SIGCHLD alone: what fork of musl writes (src/process/_Fork.c). */
const forkFlags = 17;

/** PR_SET_NAME and PR_GET_NAME (include/uapi/linux/prctl.h). */
const harmlessOptions = [15, 16];

/** TIOCGWINSZ, FIONBIO, FIONREAD, FIOCLEX (include/uapi/asm-generic/ioctls.h), FICLONE (linux/fs.h: how libuv copies a file first). */
const harmlessRequests = [0x5413, 0x5421, 0x541b, 0x5451, 0x4004_9409];

/**
 * SOL_IP 0, SOL_SOCKET 1, SOL_TCP 6, SOL_UDP 17, SOL_IPV6 41, and of each the options that libuv, Node and c-ares set
 * (include/uapi/asm-generic/socket.h, linux/in.h, in6.h, tcp.h). Not among them: what attaches a program to a socket, or another protocol.
 */
const harmlessOptionsOf: Readonly<Record<number, readonly number[]>> = {
  // IP_TOS, IP_TTL, IP_RECVERR, IP_BIND_ADDRESS_NO_PORT, IP_MULTICAST_IF, _TTL, _LOOP, IP_ADD_ and IP_DROP_MEMBERSHIP, the same of sources.
  0: [1, 2, 11, 24, 32, 33, 34, 35, 36, 39, 40],
  // SO_REUSEADDR, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_LINGER, SO_REUSEPORT, SO_RCVTIMEO, SO_SNDTIMEO.
  1: [2, 6, 7, 8, 9, 13, 15, 20, 21],
  // TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, TCP_FASTOPEN_CONNECT.
  6: [1, 4, 5, 6, 18, 30],
  17: [],
  // IPV6_UNICAST_HOPS, _MULTICAST_IF, _HOPS, _LOOP, IPV6_ADD_ and _DROP_MEMBERSHIP, IPV6_RECVERR, IPV6_V6ONLY, MCAST_JOIN_ and _LEAVE_SOURCE_GROUP.
  41: [16, 17, 18, 19, 20, 21, 25, 26, 46, 47],
};

function socketOf(domain: number, kind: number, number: number): ArgumentTest[] {
  return [
    { argument: 0, equals: domain },
    { argument: 1, mask: typeMask, equals: kind },
    { argument: 2, equals: number },
  ];
}

function internetSockets(domain: number): ArgumentTest[][] {
  return [
    socketOf(domain, type.STREAM, protocol.ANY),
    socketOf(domain, type.STREAM, protocol.TCP),
    socketOf(domain, type.DGRAM, protocol.ANY),
    socketOf(domain, type.DGRAM, protocol.UDP),
  ];
}

/** SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFMTU, SIOCGIFINDEX (include/uapi/linux/sockios.h): they ask, and change nothing. */
const interfaceRequests = [0x8910, 0x8913, 0x8915, 0x8921, 0x8933];

/**
 * Options that dnsmasq sets and a runtime's daemon does not: IP_PKTINFO, IP_MTU_DISCOVER, IP_FREEBIND; SO_BINDTODEVICE; TCP_FASTOPEN;
 * IPV6_RECVPKTINFO, IPV6_PKTINFO.
 */
const optionsOfC: Readonly<Record<number, readonly number[]>> = {
  0: [8, 10, 15],
  1: [25],
  6: [23],
  41: [49, 50],
};

/** What a capability that the recipe keeps is good for: without it the sockets are refused. */
function capableSockets(capabilities: readonly Capability[]): ArgumentTest[][] {
  return [
    ...(capabilities.includes('net_raw')
      ? [family.INET, family.INET6].map((domain) => [
          { argument: 0, equals: domain },
          { argument: 1, mask: typeMask, equals: type.RAW },
        ])
      : []),
    ...(capabilities.includes('net_raw') ? [[{ argument: 0, equals: family.PACKET }]] : []),
    ...(capabilities.includes('net_admin') ? [[{ argument: 0, equals: family.NETLINK }]] : []),
  ];
}

/**
 * @param capabilities what the recipe keeps
 * @param kind what runs the program
 * @returns the limited calls by name
 */
export function limitedCalls(
  capabilities: readonly Capability[],
  kind: ProgramKind = 'node',
): Readonly<Record<string, LimitedCall>> {
  const ofC = kind === 'c';
  return {
    clone: {
      reason: ofC
        ? 'fork, exactly as musl makes it; no thread, no namespace'
        : 'threads of this process, exactly as musl makes them; no other process, no namespace',
      allowed: [[{ argument: 0, equals: ofC ? forkFlags : threadFlags }]],
      // Node then tells of a program that could not be started by an event, as of one that is not there; for EPERM it throws.
      errno: errno.EACCES,
    },
    socket: {
      reason:
        'TCP and UDP; the routing netlink socket with which getifaddrs lists interfaces; no MPTCP (Landlock does not see its ports), no raw, packet or ping socket',
      allowed: [
        ...internetSockets(family.INET),
        ...internetSockets(family.INET6),
        socketOf(family.NETLINK, type.RAW, protocol.ANY),
        ...capableSockets(capabilities),
      ],
      errno: errno.EACCES,
    },
    socketpair: {
      reason: 'two ends inside this process',
      allowed: [[{ argument: 0, equals: family.UNIX }]],
      errno: errno.EACCES,
    },
    prctl: {
      reason: 'names of threads; every other option changes what the process may do or looks into it',
      allowed: harmlessOptions.map((option) => [{ argument: 0, equals: option }]),
      errno: errno.EPERM,
    },
    ioctl: {
      reason:
        'not blocking, bytes waiting, closing on exec, copying a file, and the question whether there is a terminal',
      allowed: [...harmlessRequests, ...(ofC ? interfaceRequests : [])].map((request) => [
        { argument: 1, equals: request },
      ]),
      errno: errno.ENOTTY,
    },
    setsockopt: {
      reason: 'options that Node has a function for; none that attaches a filter program or another protocol',
      allowed: Object.entries(harmlessOptionsOf).flatMap(([level, options]) =>
        [...options, ...(ofC ? (optionsOfC[Number(level)] ?? []) : [])].map((option) => [
          { argument: 1, equals: Number(level) },
          { argument: 2, equals: option },
        ]),
      ),
      errno: errno.ENOPROTOOPT,
    },
  };
}

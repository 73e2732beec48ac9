import { clusterDomain } from '../policy/cluster-domain.ts';
import type { BoardLink, Policy } from '../policy/policy.ts';

/**
 * No interface has this name: those of routers are of lower-case letters. With one that is not there dnsmasq keeps its DHCP socket open to all others. Without it the socket is bound
 * to one interface where only one is no link of `--auth-server`, and the boards on the links of that get no lease.
 */
const noInterface = 'NONE';

/** How long a lease is good for: a board that was exchanged is told apart by its MAC anyway. */
const leaseTime = '1h';

/**
 * What the router's dnsmasq is started with: it reads no file but the one with the resolvers that DHCP gave.
 *
 * Every board has one address, by its MAC, on its own link; a stranger gets none. Names of the cluster are answered on every link whose board may ask.
 * Any other name is asked for upstream only if it came in by the link of a board in `dns.forwarded`: on all other links dnsmasq is the
 * authority for the cluster's domain and knows nothing else, since a name is a way out too.
 */
export function dnsmasqArguments(policy: Policy): string[] {
  const { dns } = policy.router;
  const askers = policy.boards.filter(({ name }) => dns.local.includes(name));
  const localOnly = askers.filter(({ name }) => !dns.forwarded.includes(name));
  return [
    '--keep-in-foreground',
    '--log-facility=-',
    // Nothing of a file, a user's name or a lease's past: all of them are in the image, or nowhere.
    ...['--conf-file=', '--user=', '--group=', '--pid-file=', '--no-hosts', '--leasefile-ro'],
    // Also interfaces that come late.
    '--bind-dynamic',
    '--except-interface=lo',
    ...policy.boards.map(({ device }) => `--interface=${device}`),
    `--interface=${noInterface}`,
    // No raw sockets and no writing of neighbour tables: boards ask for broadcast answers.
    ...['--dhcp-broadcast', '--no-ping', '--dhcp-authoritative', '--dhcp-ignore=tag:!known'],
    `--domain=${clusterDomain}`,
    `--local=/${clusterDomain}/`,
    ...policy.boards.flatMap((board) => leaseArguments(board, dns.local.includes(board.name))),
    ...policy.boards.map(({ name, ipv4, ipv6 }) =>
      [`--host-record=${name}.${clusterDomain}`, ipv4.board, ...(ipv6 === null ? [] : [ipv6.board])].join(
        ',',
      ),
    ),
    ...(localOnly.length === 0
      ? []
      : [`--auth-server=router.${clusterDomain},${localOnly.map(({ device }) => device).join(',')}`]),
    ...(localOnly.length === 0 ? [] : [`--auth-zone=${clusterDomain}`]),
    ...['--domain-needed', '--bogus-priv', '--stop-dns-rebind', '--no-negcache'],
    ...upstreamArguments(policy),
  ];
}

/**
 * Of the link alone, whose device is a tag of each request: by option 118 (RFC 3011) a request chooses its subnet, and so a board could decline or release
 * another one's lease in its name.
 */
function leaseArguments({ name, device, mac, ipv4 }: BoardLink, asks: boolean): string[] {
  return [
    `--dhcp-range=tag:${device},set:${name},${ipv4.board},static,${netmask(ipv4.prefixLength)},${leaseTime}`,
    `--dhcp-host=${mac},tag:${device},${ipv4.board},${name},${leaseTime}`,
    `--dhcp-option=tag:${name},option:router,${ipv4.router}`,
    // Without an address: the option is left out.
    `--dhcp-option=tag:${name},option:dns-server${asks ? `,${ipv4.router}` : ''}`,
    `--dhcp-option=tag:${name},option:ntp-server,${ipv4.router}`,
  ];
}

/** Without any that may ask upstream there is none to ask. */
function upstreamArguments({ router: { dns } }: Policy): string[] {
  if (dns.forwarded.length === 0) return ['--no-resolv'];
  if (dns.upstream.length === 0) return ['--resolv-file=/run/resolv.conf'];
  return ['--no-resolv', ...dns.upstream.map((address) => `--server=${address}`)];
}

function netmask(prefixLength: number): string {
  return [24, 16, 8, 0]
    .map((shift) => (((0xffff_ffff << (32 - prefixLength)) >>> 0) >>> shift) & 255)
    .join('.');
}

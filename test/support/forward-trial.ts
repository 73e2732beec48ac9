import type { Policy } from '../../openwrt/policy/policy.ts';
import { NetworkNamespace } from './router-namespaces.ts';

/** Address of the router at the uplink, which no policy knows; the world out there has all of its network. */
const routerAddress = '198.18.0.1';

/** A router of one board, whose ruleset is given, with sockets at both of its ends: namespaces, and real connections between them. */
export class ForwardTrial {
  readonly router = routerAddress;
  readonly board: string;
  readonly #router: NetworkNamespace;
  readonly #inside: NetworkNamespace;
  readonly #outside: NetworkNamespace;

  private constructor(
    board: string,
    namespaces: readonly [NetworkNamespace, NetworkNamespace, NetworkNamespace],
  ) {
    this.board = board;
    [this.#router, this.#inside, this.#outside] = namespaces;
  }

  /** @param policy with one board @param ruleset what the router loads */
  static async create({ boards }: Policy, ruleset: string): Promise<ForwardTrial> {
    const [board] = boards;
    const router = await NetworkNamespace.create();
    const inside = await NetworkNamespace.create(router);
    const outside = await NetworkNamespace.create(router);
    const trial = new ForwardTrial(board!.ipv4.board, [router, inside, outside]);
    const { ipv4 } = board!;
    await trial.#must(
      router,
      `ip link add board type veth peer name eth0 netns ${inside.pid}
       ip link add uplink type veth peer name eth0 netns ${outside.pid}
       ip address add ${ipv4.router}/${ipv4.prefixLength} dev board
       ip address add ${routerAddress}/16 dev uplink
       ip link set board up
       ip link set uplink up
       ip route add 192.0.2.0/24 dev uplink
       echo 1 >/proc/sys/net/ipv4/ip_forward
       nft -f - <<'RULES'
${ruleset}
RULES`,
    );
    await trial.#must(
      inside,
      `ip address add ${ipv4.board}/${ipv4.prefixLength} dev eth0
       ip link set eth0 up
       ip route add default via ${ipv4.router}`,
    );
    // Every address of the world out there is its own, the cluster's too: who lies about its source is there.
    await trial.#must(
      outside,
      `ip link set eth0 up
       ip address add 198.18.0.2/16 dev eth0
       for address in 198.18.5.2 192.0.2.7 ${ipv4.board}; do ip address add $address/32 dev lo; done
       ip route add ${ipv4.router}/32 via ${routerAddress}
       ip route add 198.18.9.9/32 via ${routerAddress}`,
    );
    return trial;
  }

  /** Whether a TCP connection from an address out there is answered by the board. */
  async connects(source: string, address: string, port: number): Promise<boolean> {
    const target = address === this.board ? await this.#throughRouter(address) : address;
    return await this.#listening(80, 'tcp', async () => {
      const script = `
import socket, sys
s = socket.socket(); s.settimeout(2); s.bind(("${source}", 0)); s.connect(("${target}", ${port}))
sys.exit(0 if s.recv(5) == b"board" else 1)`;
      return (await this.#outside.sh(`python3 -c '${script}'`)) === 0;
    });
  }

  /** Whether a first segment arrives at the board, whatever becomes of the answer: its source may be a lie. */
  async arrives(source: string, address: string, port: number): Promise<boolean> {
    const before = await this.#accepted();
    const script = `
import socket
s = socket.socket(); s.settimeout(1); s.bind(("${source}", 0))
try: s.connect(("${address}", ${port}))
except OSError: pass`;
    await this.#outside.sh(`python3 -c '${script}'`);
    return (await this.#accepted()) > before;
  }

  /** How many datagrams of as many flows arrive at the board. */
  async datagrams(source: string, address: string, port: number, count: number): Promise<number> {
    const before = await this.#accepted();
    const script = `
import socket
for i in range(${count}):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("${source}", 0)); s.sendto(b"x", ("${address}", ${port}))`;
    await this.#must(this.#outside, `python3 -c '${script}'`);
    return (await this.#accepted()) - before;
  }

  async close(): Promise<void> {
    for (const namespace of [this.#outside, this.#inside, this.#router]) await namespace.close();
  }

  /** The board's own address is one of theirs out there, for lies; a call to it must leave by the cable. */
  async #throughRouter(address: string): Promise<string> {
    await this.#outside.sh(
      `ip address del ${address}/32 dev lo; ip route add ${address}/32 via ${routerAddress}`,
    );
    return address;
  }

  async #listening<Result>(port: number, protocol: 'tcp', use: () => Promise<Result>): Promise<Result> {
    const script = `
import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("", ${port})); s.listen()
print("${protocol}", flush=True)
while True:
    c, _ = s.accept(); c.send(b"board"); c.close()`;
    const server = this.#inside.begin('python3', '-c', script);
    await server.ready;
    try {
      return await use();
    } finally {
      await server.stop();
    }
  }

  /** New connections that the router let through to the board, by the counters of its rules. */
  async #accepted(): Promise<number> {
    const listing = await this.#router.read('nft', '-j', 'list', 'chain', 'inet', 'fw4', 'forward');
    const { nftables } = JSON.parse(listing) as {
      nftables: { rule?: { expr: { counter?: { packets: number } }[] } }[];
    };
    return nftables
      .flatMap(({ rule }) => rule?.expr ?? [])
      .reduce((sum, { counter }) => sum + (counter?.packets ?? 0), 0);
  }

  async #must(namespace: NetworkNamespace, script: string): Promise<void> {
    const code = await namespace.sh(script);
    if (code !== 0) throw new Error(`a script of the trial ended with ${code}:\n${script}`);
  }
}

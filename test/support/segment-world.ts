import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRuleset } from '../../openwrt/nft/encode-ruleset.ts';
import type { Ruleset } from '../../openwrt/nft/model.ts';
import { addressRange, rangeKey } from '../../openwrt/nft/router/address-range.ts';
import type { BoardLink, Policy } from '../../openwrt/policy/policy.ts';
import { frame, readPacket, type SeenPacket } from './packet-frame.ts';
import { SegmentProcess } from './segment-process.ts';

/** The router's MAC on every link. */
export const routerMac = '02:ff:00:00:00:01';
/** The machine at the other end of the uplink. */
export const outsideMac = '02:ee:00:00:00:01';
/** The router's address on the uplink and that of the machine at its other end: the policy's, or what it leaves open. */
export function uplinkNetwork({ uplink }: Policy) {
  const { ipv4, ipv6 } = uplink ?? { ipv4: null, ipv6: null };
  return {
    ipv4:
      ipv4?.kind === 'static'
        ? { router: ipv4.address, outside: ipv4.gateway, prefixLength: ipv4.prefixLength }
        : { router: '198.18.0.2', outside: '198.18.0.1', prefixLength: 24 },
    ipv6:
      ipv6?.kind === 'static'
        ? { router: ipv6.address, outside: ipv6.gateway, prefixLength: ipv6.prefixLength }
        : { router: '2600::2', outside: '2600::1', prefixLength: 64 },
  };
}

export interface Programs {
  /** segments.c */
  readonly segments: string;
  /** load_ruleset.c: init's own sender */
  readonly loader: string;
}

/** Frames that one namespace sends. */
export interface Sending {
  readonly from: string;
  readonly frame: Buffer;
}

const fenceHops = 3;
/** A TCP handshake with its data crosses the router six times. */
const roundsOfFences = 8;

/**
 * A router between namespaces: one of each board of a policy, and `outside` at the uplink. Every board has its address and the route that
 * DHCP would give it, and a packet socket that sends and sees whole frames.
 */
export class SegmentWorld {
  readonly #process: SegmentProcess;
  readonly #policy: Policy;
  readonly #folder = mkdtempSync(join(tmpdir(), 'boardsmith-segments-'));

  private constructor(programs: Programs, policy: Policy) {
    this.#process = new SegmentProcess(programs.segments);
    this.#policy = policy;
  }

  /**
   * @param ruleset what the router loads before any link is up, sent by init's own code
   * @param staticNeighbours whether router and boards know each other's MAC already, so that no packet waits for ARP
   */
  static async start(
    programs: Programs,
    policy: Policy,
    ruleset: Ruleset,
    { staticNeighbours = true } = {},
  ): Promise<SegmentWorld> {
    const world = new SegmentWorld(programs, policy);
    try {
      await world.#build(programs.loader, ruleset, staticNeighbours);
    } catch (error) {
      world.close();
      throw error;
    }
    return world;
  }

  get names(): string[] {
    return [...this.#policy.boards.map(({ name }) => name), ...(this.#policy.uplink ? ['outside'] : [])];
  }

  board(name: string): BoardLink {
    return this.#policy.boards.find((board) => board.name === name)!;
  }

  /** MACs of a frame that a namespace sends to the router. */
  toRouter(name: string): { from: string; to: string } {
    return { from: name === 'outside' ? outsideMac : this.board(name).mac, to: routerMac };
  }

  /**
   * Sends frames in order, waits until whatever they led to has happened, and tells which IP packets each namespace then has seen.
   * Frames that are older are forgotten first.
   */
  async exchange(sendings: readonly Sending[], rounds = 1): Promise<Map<string, SeenPacket[]>> {
    const frames = await this.exchangeFrames(sendings, rounds);
    return new Map(
      [...frames].map(([name, bytes]) => [name, bytes.map(readPacket).filter((packet) => packet !== null)]),
    );
  }

  /** As `exchange`, with all frames as bytes. */
  async exchangeFrames(sendings: readonly Sending[], rounds = 1): Promise<Map<string, Buffer[]>> {
    const { names } = this;
    const answers = await this.#process.tell(
      ...names.map((name) => `frames ${name}`),
      ...sendings.map(({ from, frame: bytes }) => `send ${from} ${bytes.toString('hex')}`),
      ...Array.from({ length: rounds }, () => fenceLine),
      ...names.map((name) => `frames ${name}`),
    );
    return new Map(
      names.map((name, index) => [
        name,
        answers[answers.length - names.length + index]!.map((line) =>
          Buffer.from(line.replace(/^frame /, ''), 'hex'),
        ),
      ]),
    );
  }

  /** IP packets that a namespace has seen since the last look. */
  async seenSince(name: string): Promise<SeenPacket[]> {
    const [lines] = await this.#process.tell(`frames ${name}`);
    return lines!
      .map((line) => readPacket(Buffer.from(line.replace(/^frame /, ''), 'hex')))
      .filter((packet) => packet !== null);
  }

  /** Lines of segments.c, then as many fences as a conversation takes. */
  async converse(...lines: readonly string[]): Promise<string[][]> {
    const answers = await this.#process.tell(
      ...lines,
      ...Array.from({ length: roundsOfFences }, () => fenceLine),
    );
    return answers.slice(0, lines.length);
  }

  /** What a shell command in a namespace prints. */
  async run(name: string, command: string): Promise<string> {
    const output = join(this.#folder, 'output');
    const [answer] = await this.#process.tell(`run ${name} { ${command}; } >${output} 2>&1`);
    const text = readFileSync(output, 'utf8');
    if (answer?.[0] !== 'exit 0') throw new Error(`${name}: ${command}\n${answer}\n${text}`);
    return text;
  }

  close(): void {
    this.#process.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #build(loader: string, ruleset: Ruleset, staticNeighbours: boolean): Promise<void> {
    const { names } = this;
    const made = await this.#process.tell(...['router', ...names].map((name) => `namespace ${name}`));
    const pathOf = new Map(names.map((name, index) => [name, made[index + 1]![0]!.replace('path ', '')]));
    const batch = join(this.#folder, 'batch');
    writeFileSync(batch, encodeRuleset(ruleset));
    await this.run('router', `${loader} <${batch}`);
    await this.run('router', settings(1));
    for (const name of names) await this.run(name, settings(0));
    await this.#configure('router', this.#routerLinks(pathOf, staticNeighbours));
    for (const name of names) await this.#configure(name, this.#segmentLinks(name, staticNeighbours));
    for (const name of ['router', ...names]) await this.run(name, settledAddresses);
    await this.#layFence();
    await this.#process.tell(...names.map((name) => `open ${name} eth0`));
  }

  /** Lines of `ip -batch`. */
  async #configure(name: string, lines: readonly string[]): Promise<void> {
    const file = join(this.#folder, 'ip');
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    await this.run(name, `ip -batch ${file}`);
  }

  #routerLinks(pathOf: ReadonlyMap<string, string>, staticNeighbours: boolean): string[] {
    const link = (device: string, mac: string, peer: string): string =>
      `link add ${device} address ${routerMac} type veth peer name eth0 address ${mac} netns ${pathOf.get(peer)}`;
    const neighbour = (address: string, mac: string, device: string): string[] =>
      staticNeighbours ? [`neigh replace ${address} lladdr ${mac} dev ${device} nud permanent`] : [];
    const { boards, uplink } = this.#policy;
    const { ipv4: outer, ipv6: outer6 } = uplinkNetwork(this.#policy);
    const ofBoards = boards.flatMap(({ name, device, mac, ipv4, ipv6 }) => [
      link(device, mac, name),
      `addr add ${ipv4.router}/${ipv4.prefixLength} dev ${device}`,
      ...(ipv6 ? [`addr add ${ipv6.router}/${ipv6.prefixLength} dev ${device} nodad`] : []),
      `link set ${device} up`,
      ...neighbour(ipv4.board, mac, device),
      ...(ipv6 ? neighbour(ipv6.board, mac, device) : []),
    ]);
    if (uplink === null) return ['link set lo up', ...ofBoards];
    return [
      'link set lo up',
      ...ofBoards,
      link(uplink.device, outsideMac, 'outside'),
      `addr add ${outer.router}/${outer.prefixLength} dev ${uplink.device} noprefixroute`,
      `addr add ${outer6.router}/${outer6.prefixLength} dev ${uplink.device} nodad noprefixroute`,
      `link set ${uplink.device} up`,
      // Every address outside is behind this one machine, also those on the uplink's own network.
      ...[
        { ...outer, any: '0.0.0.0/0', whole: 32 },
        { ...outer6, any: '::/0', whole: 128 },
      ].flatMap(({ outside, router, prefixLength, any, whole }) => [
        `route replace ${outside}/${whole} dev ${uplink.device}`,
        `route replace ${any} via ${outside} dev ${uplink.device}`,
        `route replace ${rangeKey(addressRange(`${router}/${prefixLength}`))} via ${outside} dev ${uplink.device}`,
        ...neighbour(outside, outsideMac, uplink.device),
      ]),
    ];
  }

  #segmentLinks(name: string, staticNeighbours: boolean): string[] {
    const neighbour = (address: string): string[] =>
      staticNeighbours ? [`neigh replace ${address} lladdr ${routerMac} dev eth0 nud permanent`] : [];
    if (name === 'outside') {
      const { ipv4: outer, ipv6: outer6 } = uplinkNetwork(this.#policy);
      return [
        'link set lo up',
        `addr add ${outer.outside}/${outer.prefixLength} dev eth0`,
        `addr add ${outer6.outside}/${outer6.prefixLength} dev eth0 nodad`,
        'addr add 8.8.8.8/32 dev lo',
        'link set eth0 up',
        ...neighbour(outer.router),
        ...neighbour(outer6.router),
      ];
    }
    const { ipv4, ipv6 } = this.board(name);
    return [
      'link set lo up',
      `addr add ${ipv4.board}/${ipv4.prefixLength} dev eth0`,
      ...(ipv6 ? [`addr add ${ipv6.board}/${ipv6.prefixLength} dev eth0 nodad`] : []),
      'link set eth0 up',
      `route add default via ${ipv4.router}`,
      ...neighbour(ipv4.router),
      ...(ipv6 ? [`route add ::/0 via ${ipv6.router}`, ...neighbour(ipv6.router)] : []),
    ];
  }

  /** A way of its own for the fence: as many links as a packet crosses, and one more. */
  async #layFence(): Promise<void> {
    const last = fenceHops;
    const names = Array.from({ length: last + 1 }, (_, index) => `fence-${index}`);
    const made = await this.#process.tell(...names.map((name) => `namespace ${name}`));
    const net = (index: number): string => `192.0.2.${4 * index}`;
    for (const [index, name] of names.entries()) {
      await this.run(name, settings(1));
      if (index === 0) continue;
      const path = made[index - 1]![0]!.replace('path ', '');
      await this.#configure(name, [
        `link add left address 02:fe:00:00:${index}0:01 type veth peer name right address 02:fe:00:00:${index}0:02 netns ${path}`,
        `addr add 192.0.2.${4 * index + 1}/30 dev left`,
        'link set left up',
      ]);
      await this.#configure(names[index - 1]!, [
        `addr add 192.0.2.${4 * index + 2}/30 dev right`,
        'link set right up',
        `neigh replace 192.0.2.${4 * index + 1} lladdr 02:fe:00:00:${index}0:01 dev right nud permanent`,
        `route replace ${net(last)}/30 via 192.0.2.${4 * index + 1} dev right`,
      ]);
    }
    await this.#process.tell('open fence-0 right', `open fence-${last} left`);
  }
}

/** One frame on the fence's way, without the number that segments.c puts at its end. */
const fenceLine = (() => {
  const bytes = frame(
    { from: '02:fe:00:00:10:02', to: '02:fe:00:00:10:01' },
    { source: '192.0.2.6', destination: `192.0.2.${4 * fenceHops + 1}` },
    { kind: 'udp', from: 1, to: 1, text: '....' },
  );
  return `fence fence-0 fence-${fenceHops} ${bytes.subarray(0, -4).toString('hex')}`;
})();

/** Ends when no IPv6 address is tentative: also without duplicate address detection a worker of the kernel's gets to it later, and nothing answers from it before. */
export const settledAddresses = 'while ip -6 addr show tentative | grep -q inet6; do sleep 0.01; done';

/** The rules alone are tested: no reverse path filter, no duplicate address detection, no router of a stranger but for a test of it. */
const settings = (forwarding: 0 | 1): string =>
  [
    `echo ${forwarding} >/proc/sys/net/ipv4/ip_forward`,
    `echo ${forwarding} >/proc/sys/net/ipv6/conf/all/forwarding`,
    ...['all', 'default'].flatMap((scope) => [
      `echo 0 >/proc/sys/net/ipv4/conf/${scope}/rp_filter`,
      `echo 0 >/proc/sys/net/ipv6/conf/${scope}/accept_dad`,
      `echo 0 >/proc/sys/net/ipv4/conf/${scope}/send_redirects`,
    ]),
  ].join('; ');

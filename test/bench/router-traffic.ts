import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { compileRuleset } from '../../openwrt/nft/compile-ruleset.ts';
import { printNft } from '../../openwrt/nft/print-text.ts';
import type { BoardLink, Flow, Policy } from '../../openwrt/policy/policy.ts';
import { NetworkNamespace } from '../support/router-namespaces.ts';
import { policyOfSize } from '../support/sample-policy.ts';
import { median } from './figures.ts';

/** Through one ruleset, from the last board of a cluster to the first: the flow that a chain of rules finds last. */
export interface Traffic {
  /** Bytes a second of one connection. */
  readonly throughput: number;
  /** Microseconds until a byte has come back on an open connection. */
  readonly turn: number;
  /** Microseconds to open a connection and reset it. */
  readonly connect: number;
}

export interface TrafficBeside {
  readonly boards: number;
  readonly ours: Traffic;
  /** The same flows as a chain: connections that are known, then a rule for each flow. */
  readonly plain: Traffic;
}

const program = join(import.meta.dirname, 'programs/traffic.mjs');
const port = 8003;
const streamBytes = 512 * 1024 * 1024;
const turnCount = 10_000;
/** Few enough for the connections that a link may have open, many of which end long before they are forgotten. */
const connectCount = 300;
/** Turn by turn, so that what else the machine does meets both. */
const rounds = 5;

/** Measures both rulesets of clusters of these sizes, in namespaces of this machine. */
export async function routerTraffic(sizes: readonly number[]): Promise<TrafficBeside[]> {
  const measured: TrafficBeside[] = [];
  for (const boards of sizes) {
    const policy = policyOfSize(boards);
    const samples: { ours: Traffic[]; plain: Traffic[] } = { ours: [], plain: [] };
    for (let round = 0; round < rounds; round += 1) {
      samples.ours.push(await trafficThrough(policy, printNft(compileRuleset(policy))));
      samples.plain.push(await trafficThrough(policy, plainChain(policy)));
    }
    measured.push({ boards, ours: middle(samples.ours), plain: middle(samples.plain) });
  }
  return measured;
}

function middle(samples: readonly Traffic[]): Traffic {
  return {
    throughput: median(samples.map(({ throughput }) => throughput)),
    turn: median(samples.map(({ turn }) => turn)),
    connect: median(samples.map(({ connect }) => connect)),
  };
}

async function trafficThrough(policy: Policy, ruleset: string): Promise<Traffic> {
  const [to, from] = [policy.boards[0]!, policy.boards.at(-1)!];
  const router = await NetworkNamespace.create();
  const [server, client] = [await NetworkNamespace.create(router), await NetworkNamespace.create(router)];
  try {
    await must(router, 'sysctl -qw net.ipv4.ip_forward=1');
    for (const [board, namespace] of [
      [to, server],
      [from, client],
    ] as const) {
      await plugIn(board, router, namespace);
    }
    const [nft, args] = router.command('nft', '-f', '-');
    await execa(nft, args, { input: ruleset });
    const [node, serve] = server.command(process.execPath, program, 'serve', to.ipv4.board, String(port));
    const serving = spawn(node, serve, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(serving.stdout, 'data');
    const measure = async (mode: string, amount: number): Promise<number> => {
      const [runner, rest] = client.command(
        ...[process.execPath, program, mode, to.ipv4.board, String(port), String(amount)],
      );
      return Number((await execa(runner, rest)).stdout);
    };
    const traffic = {
      throughput: await measure('stream', streamBytes),
      turn: await measure('turns', turnCount),
      connect: await measure('connects', connectCount),
    };
    serving.kill();
    return traffic;
  } finally {
    for (const namespace of [client, server, router]) await namespace.close();
  }
}

/** A board's link, with the router's end named as the policy says. */
async function plugIn(
  { device, mac, ipv4 }: BoardLink,
  router: NetworkNamespace,
  board: NetworkNamespace,
): Promise<void> {
  const { prefixLength } = ipv4;
  await must(router, `ip link add ${device} type veth peer name board netns ${board.pid}`);
  await must(router, `ip address add ${ipv4.router}/${prefixLength} dev ${device}; ip link set ${device} up`);
  await must(
    board,
    `ip link set board address ${mac} name eth0 up; ip address add ${ipv4.board}/${prefixLength} dev eth0; ip route add default via ${ipv4.router}`,
  );
}

async function must(namespace: NetworkNamespace, script: string): Promise<void> {
  const exitCode = await namespace.sh(script);
  if (exitCode !== 0) throw new Error(`${script}: exit code ${exitCode}`);
}

/** What one would write by hand. */
function plainChain(policy: Policy): string {
  const rules = policy.flows.flatMap((flow) => ruleOf(flow, policy));
  return `table inet plain {
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
${rules.map((rule) => `\t\t${rule} accept\n`).join('')}	}
}
`;
}

function ruleOf({ from, to, match }: Flow, { boards }: Policy): string[] {
  if (to.kind === 'uplink' || match.protocol === 'icmp-echo') return [];
  const [source, target] = [from, to].map(({ name }) => boards.find((board) => board.name === name)!);
  const ports = match.ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return [
    `iifname "${source!.device}" ip saddr ${source!.ipv4.board} oifname "${target!.device}" ip daddr ${target!.ipv4.board} ${match.protocol} dport { ${ports.join(', ')} }`,
  ];
}

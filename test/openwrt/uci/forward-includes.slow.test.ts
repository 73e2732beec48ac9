import { execaSync } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { forwardIncludes, includedFiles } from '../../../openwrt/uci/forward-includes.ts';
import { examplePolicy } from '../../support/example-policies.ts';
import { firewall4Skeleton } from '../../support/firewall4-skeleton.ts';
import { ForwardTrial } from '../../support/forward-trial.ts';
import { inNamespace } from '../../support/nft.ts';
import { namespacesMissing } from '../../support/router-namespaces.ts';
import { wherePossible } from '../../support/where-possible.ts';

/** What firewall4 includes of a policy's forwards, taken by the real nft in a table like firewall4's, and tried with real connections. */
const test = suite("the files of nft that firewall4 includes for a policy's forwards");
const python = execaSync('sh', ['-c', 'command -v python3'], { reject: false }).exitCode === 0;
const where = wherePossible(test, namespacesMissing() ?? (python ? null : 'this machine has no python3'));

function includes(policy: Policy): { dstnat: string; forward: string } {
  const files = includedFiles(policy);
  const [dstnat, forward] = forwardIncludes.map(({ path }) => files[path]!);
  return { dstnat: dstnat!, forward: forward! };
}

for (const name of ['skyminer-4', 'skyminer-8']) {
  where(`${name}: nft takes them, each statement as one rule`, async () => {
    const example = await examplePolicy(name);
    // Of an uplink whose address is known UCI says all, and nothing is included.
    const policy: Policy = { ...example, uplink: { ...example.uplink!, ipv4: { kind: 'dhcp' } } };
    assert.ok(policy.forwards.length > 0);
    const text = firewall4Skeleton(policy, includes(policy));
    const { failed, stdout, stderr } = inNamespace(['sh', '-c', 'nft -f - && nft list table inet fw4'], text);
    assert.not.ok(failed, stderr);
    for (const { id } of policy.forwards) {
      assert.is(stdout.split(`comment "${id}"`).length - 1, 2, `${id} is in both chains`);
    }
    const refused = inNamespace(['nft', '-c', '-f', '-'], text.replace('dnat ip to', 'dnat ip at'));
    assert.ok(refused.failed, 'nft is strict here');
  });
}

/** One board behind an uplink that got its address from outside: what is forwarded to it, and from where. */
async function smallPolicy(): Promise<Policy> {
  const policy = await examplePolicy('skyminer-4');
  const [first] = policy.forwards;
  const board = policy.boards.find(({ name }) => name === first!.to.name)!;
  const forwards = [
    {
      ...first!,
      id: 'anybody',
      protocol: 'tcp',
      port: 6000,
      to: { name: board.name, port: 80 },
      sources: [],
      rate: null,
    },
    {
      ...first!,
      id: 'some',
      protocol: 'tcp',
      port: 6001,
      to: { name: board.name, port: 80 },
      sources: ['198.18.5.0/24'],
      rate: null,
    },
    {
      ...first!,
      id: 'limited',
      protocol: 'udp',
      port: 6002,
      to: { name: board.name, port: 53 },
      sources: [],
      rate: { perSecond: 1, burst: 2 },
    },
  ] as const;
  return {
    ...policy,
    boards: [{ ...board, device: 'board' }],
    forwards,
    uplink: { ...policy.uplink!, device: 'uplink' },
  };
}

type Change = (files: { dstnat: string; forward: string }) => { dstnat: string; forward: string };

async function withTrial(
  use: (trial: ForwardTrial) => Promise<void>,
  change: Change = (same) => same,
): Promise<void> {
  const policy = await smallPolicy();
  const trial = await ForwardTrial.create(policy, firewall4Skeleton(policy, change(includes(policy))));
  try {
    await use(trial);
  } finally {
    await trial.close();
  }
}

where('what is forwarded arrives, from where it may', async () => {
  await withTrial(async (trial) => {
    assert.ok(await trial.connects('198.18.0.2', trial.router, 6000));
    assert.ok(await trial.connects('198.18.5.2', trial.router, 6001));
  });
});

for (const [what, source, port] of [
  ['a port that is not forwarded', '198.18.0.2', 6003],
  ["the board's own port on the router's address", '198.18.0.2', 80],
  ['a source that is not named', '198.18.0.2', 6001],
] as const) {
  where(`dropped: ${what}`, async () => {
    await withTrial(async (trial) => assert.not.ok(await trial.connects(source, trial.router, port)));
  });
}

where('dropped: who says to be of the cluster, or has an address that nobody has', async () => {
  await withTrial(async (trial) => {
    for (const source of [trial.board, '192.0.2.7']) {
      assert.not.ok(await trial.arrives(source, trial.router, 6000), source);
    }
    assert.ok(await trial.arrives('198.18.0.2', trial.router, 6000), 'the same from an address that may');
  });
});

where("dropped: the board's own address, called from outside", async () => {
  await withTrial(async (trial) => {
    assert.not.ok(await trial.connects('198.18.0.2', trial.board, 80));
    assert.not.ok(await trial.connects('198.18.0.2', trial.board, 6000));
  });
});

where('dropped: an address beyond the router that is not its own', async () => {
  await withTrial(async (trial) => assert.not.ok(await trial.connects('198.18.0.2', '198.18.9.9', 6000)));
});

where('mutant: without asking whether the address is its own, it is translated', async () => {
  const blind: Change = ({ dstnat, forward }) => ({
    dstnat: dstnat.replaceAll(' fib daddr type local', ''),
    forward,
  });
  await withTrial(async (trial) => assert.ok(await trial.connects('198.18.0.2', '198.18.9.9', 6000)), blind);
});

where('mutant: without its sources, anybody gets in', async () => {
  const open: Change = ({ dstnat, forward }) => ({
    dstnat: dstnat.replaceAll('ip saddr { 198.18.5.0/24 } ', ''),
    forward,
  });
  await withTrial(async (trial) => assert.ok(await trial.connects('198.18.0.2', trial.router, 6001)), open);
});

where('mutant: where DNAT is not asked for, the board is called past the forward', async () => {
  const direct: Change = ({ dstnat, forward }) => ({
    dstnat,
    forward: forward.replaceAll(/ct status dnat ct original proto-dst \d+ /g, ''),
  });
  await withTrial(async (trial) => assert.ok(await trial.connects('198.18.0.2', trial.board, 80)), direct);
});

where('a rate counts new connections: what is above it goes no further', async () => {
  await withTrial(async (trial) => {
    const arrived = await trial.datagrams('198.18.0.2', trial.router, 6002, 12);
    assert.ok(arrived >= 2 && arrived < 12, `${arrived} of 12`);
  });
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { routerMachineNetwork } from '../../../openwrt/embedded/machine-networks.ts';
import { routerRecipe } from '../../../openwrt/embedded/router-recipe.ts';
import { encodeRuleset } from '../../../openwrt/nft/encode-ruleset.ts';
import type { Flow, Policy } from '../../../openwrt/policy/policy.ts';
import { failuresOf, holds } from '../../../qemu/cluster/cluster-report.ts';
import { daemonKilled } from '../../../qemu/cluster/scenarios/daemon-killed.ts';
import { evasion, matrix, rogues, spoofing } from '../../../qemu/cluster/scenarios/knocking.ts';
import { poisoning } from '../../../qemu/cluster/scenarios/poisoning.ts';
import { routerReboots } from '../../../qemu/cluster/scenarios/router-reboots.ts';
import { services } from '../../../qemu/cluster/scenarios/services.ts';
import { uplinkPulled } from '../../../qemu/cluster/scenarios/uplink-pulled.ts';
import { isAsExpected, type Trial } from '../../../qemu/cluster/trial.ts';
import { buildTestRouter, exampleCluster, failureText, tryRouter } from '../../support/cluster-stage.ts';
import { compiledProbe } from '../../support/compiled-probe.ts';
import { overlayMutant } from '../../support/overlay-mutant.ts';
import { buildTestImage } from '../../support/test-build.ts';

const test = suite('a router that is broken on purpose');
const { policy } = await exampleCluster('skyminer-4');
const scenarios = [matrix];

/** The policy with one of its flows changed, or left out. */
function withFlow(id: string, change: (flow: Flow) => Flow | null): Policy {
  assert.ok(policy.flows.some((flow) => flow.id === id));
  return { ...policy, flows: policy.flows.flatMap((flow) => (flow.id === id ? (change(flow) ?? []) : flow)) };
}

test('a flow that it does not carry is named, and nothing else', async () => {
  const carried = withFlow('wallet__node__rpc__v4', () => null);
  const report = await tryRouter(policy, await buildTestRouter(policy, carried), { scenarios });
  assert.is(report.broken, null);
  assert.not.ok(holds(report));
  const failures = failuresOf(report);
  assert.equal(
    failures.map(({ from, to, flow, expected }) => ({ from, to, flow, expected })),
    [{ from: 'wallet', to: 'node', flow: 'wallet__node__rpc__v4', expected: 'passes' }],
    failureText(report),
  );
});

test('a flow that it carries besides is named, and nothing else', async () => {
  const extra = withFlow('wallet__node__rpc__v4', (flow) => flow);
  const stranger: Flow = {
    ...policy.flows.find(({ id }) => id === 'wallet__node__rpc__v4')!,
    id: 'cxo_1__wallet__api__v4',
    from: { kind: 'board', name: 'cxo-1' },
    to: { kind: 'board', name: 'wallet' },
    match: { protocol: 'tcp', ports: [{ first: 8010, last: 8010 }] },
  };
  const flows = [...extra.flows, stranger].sort((a, b) => (a.id < b.id ? -1 : 1));
  const report = await tryRouter(policy, await buildTestRouter(policy, { ...policy, flows }), { scenarios });
  assert.is(report.broken, null);
  assert.equal(
    failuresOf(report).map(({ from, to, what, expected }) => ({ from, to, what, expected })),
    [{ from: 'cxo-1', to: 'wallet', what: 'tcp 10.77.0.10 > 10.77.0.2:8010', expected: 'dropped' }],
    failureText(report),
  );
});

test('a port that is one too wide is named', async () => {
  const carried = withFlow('cxo_1__cxo_2__http__v4', (flow) => ({
    ...flow,
    match: { protocol: 'tcp', ports: [{ first: 8003, last: 8004 }] },
  }));
  const report = await tryRouter(policy, await buildTestRouter(policy, carried), { scenarios });
  assert.equal(
    failuresOf(report).map(({ what }) => what),
    ['tcp 10.77.0.10 > 10.77.0.14:8004'],
    failureText(report),
  );
});

test('with boards behind the VLANs of one port all of it holds, and lies are cut', async () => {
  const eight = await exampleCluster('skyminer-8');
  const router = await buildTestRouter(eight.policy);
  const report = await tryRouter(eight.policy, router, { scenarios: [matrix, spoofing] });
  assert.ok(holds(report), failureText(report));
});

/**
 * Kinds of what strangers try that no router carries or answers, filter or not: what is for everybody on one cable, tags of VLANs that the cable has not, and
 * who says to be the router itself.
 */
const unanswered = [
  'offer of a DHCP server to everybody',
  'acknowledgement of a DHCP server to everybody',
  'router advertisement to everybody',
  'tagged for VLAN 1',
  "arp request with the router's address there",
];

/** `udp packet with IP options, over IPv4`: what of a trial's words does not depend on who tried it. */
const kindOf = ({ what }: Trial): string =>
  `${what.split(/, |: /)[0]}, over ${what.includes('::') ? 'IPv6' : 'IPv4'}`;

test('a router that filters nothing, and believes every advertisement, fails every scenario, and every kind of what strangers try', async () => {
  const open = { tables: [{ family: 'inet', name: 'open', counters: [], sets: [], chains: [] }] } as const;
  const ruleset = Buffer.from(encodeRuleset(open)).toString('base64');
  const network = { ...routerMachineNetwork(policy), ruleset };
  const overlaysRoot = await overlayMutant({
    file: 'init/links.c',
    from: 'if (done == 0 && link->advertised6)',
    to: 'if (done == 0)',
  });
  const router = await buildTestImage({ recipe: routerRecipe(policy), network, overlaysRoot });
  const strangers = [evasion, spoofing, rogues, poisoning];
  const accidents = [uplinkPulled, routerReboots, daemonKilled];
  const scenarios = [matrix, services, ...strangers, ...accidents];
  const report = await tryRouter(policy, router, { scenarios, probe: await compiledProbe() });
  assert.is(report.broken, null);
  for (const { name, trials } of report.scenarios) {
    const mustNot = trials.filter(({ expected }) => expected === 'dropped');
    const red = mustNot.filter((trial) => !isAsExpected(trial));
    assert.ok(red.length > 0, `${name}: ${failureText(report)}`);
    if (!strangers.some((scenario) => scenario.name === name)) continue;
    const seen = new Set(red.map(kindOf));
    const unseen = [...new Set(mustNot.map(kindOf))].filter((kind) => !seen.has(kind));
    assert.equal(
      unseen.filter((kind) => !unanswered.some((one) => kind.startsWith(one))),
      [],
      name,
    );
  }
  // The last advertisement came from a board: what leads out by IPv6 follows it.
  const lured = report.scenarios.find(({ name }) => name === rogues.name)!.trials;
  assert.ok(
    lured.some((trial) => trial.flow?.includes('__uplink__') && !isAsExpected(trial)),
    'nobody is lured away by an advertisement',
  );
});

test.run();

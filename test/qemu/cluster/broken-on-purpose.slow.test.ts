import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { routerMachineNetwork } from '../../../openwrt/embedded/machine-networks.ts';
import { routerRecipe } from '../../../openwrt/embedded/router-recipe.ts';
import { encodeRuleset } from '../../../openwrt/nft/encode-ruleset.ts';
import type { Flow, Policy } from '../../../openwrt/policy/policy.ts';
import { failuresOf, holds } from '../../../qemu/cluster/cluster-report.ts';
import { evasion, matrix, spoofing } from '../../../qemu/cluster/scenarios/knocking.ts';
import { services } from '../../../qemu/cluster/scenarios/services.ts';
import { isAsExpected } from '../../../qemu/cluster/trial.ts';
import { buildTestRouter, exampleCluster, failureText, tryRouter } from '../../support/cluster-stage.ts';
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

test('a router whose ruleset filters nothing fails every scenario of strangers', async () => {
  const open = { tables: [{ family: 'inet', name: 'open', counters: [], sets: [], chains: [] }] } as const;
  const ruleset = Buffer.from(encodeRuleset(open)).toString('base64');
  const network = { ...routerMachineNetwork(policy), ruleset };
  const router = await buildTestImage({ recipe: routerRecipe(policy), network });
  const report = await tryRouter(policy, router, { scenarios: [matrix, evasion, spoofing, services] });
  for (const { name, trials } of report.scenarios) {
    assert.ok(
      trials.some((trial) => !isAsExpected(trial) && trial.expected === 'dropped'),
      `${name}: ${failureText(report)}`,
    );
  }
});

test.run();

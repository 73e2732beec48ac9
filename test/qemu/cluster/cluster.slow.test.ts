import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boardMachineNetwork } from '../../../openwrt/embedded/machine-networks.ts';
import { holds, meetings, trialCount } from '../../../qemu/cluster/cluster-report.ts';
import type { StageBoard } from '../../../qemu/cluster/stage.ts';
import { buildTestRouter, exampleCluster, failureText, tryRouter } from '../../support/cluster-stage.ts';
import { compiledProbe } from '../../support/compiled-probe.ts';
import { buildTestImage } from '../../support/test-build.ts';

const test = suite('a cluster in QEMU');
const memoryMiB = 512;

test('a router and four boards, joined by cables alone, do what the policy says and nothing else', async () => {
  const { cluster, policy } = await exampleCluster('skyminer-4');
  const boards: StageBoard[] = [];
  for (const { recipe, units } of cluster.groups) {
    const image = await buildTestImage({ recipe, network: boardMachineNetwork(recipe, true) });
    boards.push(...units.map(({ name }) => ({ name, image, memoryMiB })));
  }
  const router = await buildTestRouter(policy);
  const probe = await compiledProbe();
  const report = await tryRouter(policy, router, { boards, probe });
  assert.ok(holds(report), failureText(report));
  assert.equal(
    report.scenarios.filter(({ skipped, trials }) => skipped !== null || trials.length === 0),
    [],
  );
  assert.ok(trialCount(report) > 3000);
  assert.ok(meetings(report).every(({ groups }) => groups.length === 1));
  const spoken = report.scenarios.find(({ name }) => name === 'connections')!.trials;
  for (const family of ['IPv4', 'IPv6'] as const) {
    const ofFamily = spoken.filter(({ what }) => what.includes('::') === (family === 'IPv6'));
    // To a board, to the world, and to who must not be reached.
    assert.ok(
      ofFamily.some(({ to, flow, detail }) => to === 'node' && flow !== null && detail.endsWith('answer')),
      family,
    );
    assert.ok(
      ofFamily.some(({ to, flow }) => to === 'uplink' && flow !== null),
      family,
    );
    assert.ok(
      ofFamily.some(({ flow, detail }) => flow === null && detail.endsWith('silence')),
      family,
    );
  }
  const machines = report.machines.map(({ name }) => name).sort();
  assert.equal(machines, ['cxo-1', 'cxo-2', 'node', 'router', 'router-2', 'wallet']);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterPage } from '../../../builder/cli/cluster-page/page.ts';
import {
  type ClusterReport,
  failuresOf,
  holds,
  meetings,
  trialCount,
} from '../../../qemu/cluster/cluster-report.ts';
import { junitXml } from '../../../qemu/cluster/junit.ts';
import { type Trial, trialText } from '../../../qemu/cluster/trial.ts';
import { matchesGolden } from '../../support/golden.ts';

const test = suite('report of a cluster');

const passes: Trial = {
  ...{ scenario: 'matrix', from: 'node', to: 'cxo-1', means: 'injected', flow: 'node__cxo_1__http__v4' },
  ...{
    what: 'tcp 10.0.0.2 > 10.0.0.6:8003',
    expected: 'passes',
    observed: 'passes',
    detail: 'came out at cxo-1',
  },
};
const shut: Trial = {
  ...{ ...passes, flow: null, what: 'tcp 10.0.0.2 > 10.0.0.6:22' },
  ...{ expected: 'dropped', observed: 'dropped', detail: '' },
};
const leak: Trial = { ...shut, observed: 'passes', detail: 'came out at cxo-1 <&">' };
const closed: Trial = { ...passes, observed: 'dropped', detail: '' };

const report = (trials: readonly Trial[], broken: string | null = null): ClusterReport => ({
  ...{
    reportVersion: 1,
    cluster: 'small',
    boards: ['cxo-1', 'node'],
    hasUplink: true,
    groups: [['cxo-1', 'node']],
    broken,
    timeoutScale: 1,
  },
  scenarios: [
    {
      name: 'matrix',
      title: 'All of it',
      group: ['cxo-1', 'node'],
      skipped: null,
      milliseconds: 1234,
      trials,
    },
    { name: 'daemon-killed', title: 'Killed', group: [], skipped: 'no probe', milliseconds: 0, trials: [] },
  ],
  machines: [
    {
      ...{ name: 'router', group: 1, image: 'router-qemu-virt', command: 'qemu-system-aarch64 …' },
      timeline: { firmware: 100, kernel: 900, init: 2000, daemon: 2500, ready: 2600 },
      console: ['[    0.100] U-Boot', '[    2.600] <script>alert(1)</script>'],
    },
  ],
});

test('it holds if all came as the policy says, and something was tried', () => {
  assert.ok(holds(report([passes, shut])));
  assert.not.ok(holds(report([passes, leak])));
  assert.not.ok(holds(report([closed])));
  assert.not.ok(holds(report([])));
  assert.not.ok(holds(report([passes], 'the router did not start')));
  assert.is(trialCount(report([passes, leak, closed])), 3);
  assert.equal(failuresOf(report([passes, leak, closed])), [leak, closed]);
});

test('a failure is told with its flow', () => {
  assert.is(
    trialText(closed),
    'matrix: node to cxo-1: tcp 10.0.0.2 > 10.0.0.6:8003 (node__cxo_1__http__v4): dropped, but must pass',
  );
  assert.match(trialText(leak), /:22: passes, but must be dropped; came out at cxo-1/);
});

test('it tells which boards ran at once, and which never did', () => {
  const of = {
    boards: ['a', 'b', 'c'],
    groups: [
      ['a', 'b'],
      ['b', 'c', 'd'],
      ['b', 'a'],
    ],
  };
  assert.equal(meetings(of), [
    { boards: ['a', 'b'], groups: [1, 3] },
    { boards: ['a', 'c'], groups: [] },
    { boards: ['b', 'c'], groups: [2] },
  ]);
  const page = clusterPage({ ...report([passes]), ...of });
  assert.match(page, /2 of 3 pairs/);
  assert.match(page, />never</);
  assert.not.match(clusterPage(report([passes])), />never</);
});

test('JUnit XML and page as in the golden files', () => {
  const whole = report([passes, shut, leak, closed], 'the router stopped\nlast line');
  matchesGolden('qemu/cluster-report.junit.xml', junitXml(whole));
  matchesGolden('qemu/cluster-report.html', clusterPage(whole));
});

test('what a console says is text', () => {
  assert.not.match(clusterPage(report([passes])), /<script/);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { policyMatrix } from '../../../openwrt/policy/matrix.ts';
import { listed, policyInWords } from '../../../openwrt/policy/words.ts';
import { exampleClusters, examplePolicy } from '../../support/example-policies.ts';
import { matchesGolden } from '../../support/golden.ts';

const test = suite('a policy in words and as a matrix');

for (const name of exampleClusters) {
  test(`${name} in words`, async () => {
    const lines = policyInWords(await examplePolicy(name)).map(
      ({ text, origin }) => `${origin === null ? '' : `${origin.line}: `}${text}\n`,
    );
    matchesGolden(`openwrt/policy/${name}.txt`, lines.join(''));
  });
}

test('names in a row are shortened, the rest are listed', () => {
  assert.is(listed([]), 'nobody');
  assert.is(listed(['a']), 'a');
  assert.is(listed(['a-1', 'a-2', 'a-3', 'a-5', 'b', 'a-6']), 'a-1 to a-3, a-5, a-6 and b');
  assert.is(listed(['a-10', 'a-9', 'a-8']), 'a-8 to a-10');
});

test('every flow is in one cell of the matrix, and nothing else between boards', async () => {
  const policy = await examplePolicy('skyminer-8');
  const { ends, cells } = policyMatrix(policy);
  assert.is(ends.length, policy.boards.length + 2);
  const between = cells.filter(({ from, to }) => ![from, to].includes('router'));
  const ways = new Set(
    policy.flows.map(({ from, to }) => `${from.name} ${to.kind === 'board' ? to.name : 'uplink'}`),
  );
  for (const { to } of policy.forwards) ways.add(`uplink ${to.name}`);
  assert.equal(between.map(({ from, to }) => `${from} ${to}`).sort(), [...ways].sort());
});

test('many boards: a row for each group', async () => {
  const { ends, cells } = policyMatrix(await examplePolicy('skyminer-8'), 4);
  assert.equal(
    ends.map(({ name, kind, boards }) => `${name} ${kind} ${boards}`),
    ['cxo group 4', 'node group 2', 'wallet group 2', 'uplink uplink 0', 'router router 0'],
  );
  assert.ok(cells.some(({ from, to }) => from === 'cxo' && to === 'cxo'));
});

test.run();

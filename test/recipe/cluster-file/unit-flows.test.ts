import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { distinctFlows, type UnitFlow, unitFlows } from '../../../builder/recipe/cluster-file/unit-flows.ts';

const test = suite('flows between boards');

type Given = Parameters<typeof unitFlows>[0][number];

const tcp = (first: number, last = first): Given['match'] => ({ protocol: 'tcp', ports: [{ first, last }] });
const flow = (special: Partial<Given>): Given => ({
  from: ['a'],
  to: { kind: 'boards', names: ['b'] },
  service: null,
  match: tcp(80),
  families: ['ipv4'],
  rate: null,
  ...special,
});
const rate = { perSecond: 5, burst: 5 };
const shown = (flows: readonly UnitFlow[]) => flows.map(({ index, from, to }) => `${index} ${from}>${to}`);

test('one for each pair; within a group from each member to each other', () => {
  const group = ['a-1', 'a-2', 'a-3'];
  const flows = unitFlows([
    flow({ from: group, to: { kind: 'boards', names: group }, families: ['ipv4', 'ipv6'] }),
  ]);
  assert.is(flows.length, 12);
  assert.not(flows.some(({ from, to }) => from === to));
});

test('networks of the uplink by family', () => {
  const networks = ['10.0.0.0/8', 'fd00::/8'];
  const flows = unitFlows([flow({ to: { kind: 'uplink', networks }, families: ['ipv4', 'ipv6'] })]);
  assert.equal(
    flows.map(({ family, networks }) => [family, networks]),
    [
      ['ipv4', ['10.0.0.0/8']],
      ['ipv6', ['fd00::/8']],
    ],
  );
});

test('what another opens already is left out: the narrower, the one with a limit, of equal ones the later', () => {
  const cases: readonly (readonly [Given, Given, string])[] = [
    [flow({}), flow({}), '0 a>b'],
    [flow({}), flow({ match: tcp(1, 100) }), '1 a>b'],
    [flow({ rate }), flow({}), '1 a>b'],
    [flow({}), flow({ rate }), '0 a>b'],
  ];
  for (const [first, second, kept] of cases) {
    const distinct = distinctFlows(unitFlows([first, second]));
    assert.equal(shown(distinct.kept), [kept]);
    assert.is(distinct.covered.length, 1);
    assert.equal(distinct.clashes, []);
  }
});

test('a limit for a part of another, or two limits, clash', () => {
  const cases: readonly (readonly [Given, Given])[] = [
    [flow({ match: tcp(1, 100), rate }), flow({})],
    [flow({ rate }), flow({ rate: { perSecond: 9, burst: 9 } })],
    [flow({ match: tcp(70, 80) }), flow({ match: tcp(80, 90) })],
  ];
  for (const [first, second] of cases) {
    assert.is(distinctFlows(unitFlows([first, second])).clashes.length, 1);
  }
});

test('what differs in an end, a family, a protocol or networks apart is distinct', () => {
  const to = (networks: string[]): Given['to'] => ({ kind: 'uplink', networks });
  const flows = unitFlows([
    flow({}),
    flow({ from: ['c'] }),
    flow({ families: ['ipv6'] }),
    flow({ match: { protocol: 'udp', ports: [{ first: 80, last: 80 }] } }),
    flow({ match: { protocol: 'icmp-echo' } }),
    flow({ to: to(['10.0.0.0/9']) }),
    flow({ to: to(['10.128.0.0/9']) }),
  ]);
  const { kept, clashes } = distinctFlows(flows);
  assert.is(kept.length, 7);
  assert.equal(clashes, []);
  const all = unitFlows([flow({ to: to([]) }), flow({ to: to(['10.0.0.0/9']) })]);
  assert.equal(shown(distinctFlows(all).kept), ['0 a>null']);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { type Proof, prove } from '../../../openwrt/proof/prove.ts';
import { exampleClusters, examplePolicy } from '../../support/example-policies.ts';
import { matchesGolden } from '../../support/golden.ts';
import { policyOfSize } from '../../support/sample-policy.ts';
import { wherePossible } from '../../support/where-possible.ts';
import { clusterListing, kernelListing, listingText, listingUnavailable } from './kernel-listing.ts';
import type { Listing } from './mutations.ts';
import { variedPolicies } from './varied-policies.ts';

const test = suite('prove');
const withKernel = wherePossible(test, listingUnavailable);

const words = ({ notUnderstood, differences }: Proof): string[] => [
  ...notUnderstood,
  ...differences.map((one) => one.words),
];
const holds = (proof: Proof): void => {
  assert.equal(words(proof), []);
  assert.ok(proof.proven);
};

for (const name of exampleClusters) {
  test(`${name}: the kernel's ruleset is the policy`, async () => {
    const policy = await examplePolicy(name);
    const listing = clusterListing(name, policy);
    if (listingUnavailable === null) matchesGolden(`openwrt/proof/${name}.json`, listingText(listing));
    holds(prove(policy, listing));
    holds(prove(policy, listingText(listing)));
  });
}

for (const [name, policy] of Object.entries(variedPolicies)) {
  withKernel(`${name}: the kernel's ruleset is the policy`, () =>
    holds(prove(policy, kernelListing(policy))),
  );
}

withKernel('many boards', () => {
  for (const count of [16, 32]) {
    const policy = policyOfSize(count);
    holds(prove(policy, kernelListing(policy)));
  }
});

const base = await examplePolicy('skyminer-4');
const listing = clusterListing('skyminer-4', base);

/** What is said of the first packets that differ. */
const said = (policy: Policy, ruleset: Listing = listing): string => {
  const proof = prove(policy, ruleset);
  assert.not(proof.proven);
  return words(proof).join('\n');
};

test('a flow that the ruleset has and the policy has not', () => {
  const policy = { ...base, flows: base.flows.filter(({ id }) => id !== 'wallet__node__rpc__v4') };
  assert.match(
    said(policy),
    /^forwarded although no flow allows it: tcp 10\.77\.0\.2:40000 \(52:54:00:77:01:01\) eth1 > eth2 10\.77\.0\.6:6420, new connection \(by rule \d+ of chain inet boardsmith admit \(handle \S+\)\)$/m,
  );
});

test('a flow that the policy has and the ruleset has not', () => {
  const flow = base.flows.find(({ id }) => id === 'wallet__node__rpc__v4')!;
  const policy = {
    ...base,
    flows: [
      ...base.flows,
      { ...flow, id: 'more', match: { protocol: 'udp', ports: [{ first: 5, last: 6 }] } as const },
    ],
  };
  assert.match(
    said(policy),
    /^dropped although flow more of skyminer-4\.yaml:\d+ allows it: udp 10\.77\.0\.2:40000 \(52:54:00:77:01:01\) eth1 > eth2 10\.77\.0\.6:5, new connection \(by rule 3 of chain inet boardsmith drop_forward/m,
  );
});

test('a port more, a source more, a forward elsewhere', () => {
  const widened = base.flows.map((flow) =>
    flow.id === 'wallet__node__rpc__v6'
      ? { ...flow, match: { protocol: 'tcp', ports: [{ first: 6420, last: 6421 }] } as const }
      : flow,
  );
  assert.match(
    said({ ...base, flows: widened }),
    /dropped although flow wallet__node__rpc__v6 .*:6421, new connection/,
  );
  const narrowed = base.forwards.map((forward) => ({ ...forward, sources: ['192.168.1.0/25'] }));
  assert.match(
    said({ ...base, forwards: narrowed }),
    /forwarded although no flow allows it: .* > eth\d 8\.8\.4\.4:\d+, new connection, destination translated to 10\.77\./,
  );
  const moved = base.forwards.map((forward) =>
    forward.port === 8010 ? { ...forward, to: { ...forward.to, port: 8011 } } : forward,
  );
  assert.match(
    said({ ...base, forwards: moved }),
    /passes otherwise translated|although forward uplink__wallet__tcp_8010/,
  );
});

test('a limit that opens', () => {
  const nftables = listing.nftables.map((object) => {
    const { rule } = object;
    const isRate = rule?.chain === 'rate_node__uplink__peers__v4';
    return isRate ? { rule: { ...rule, expr: [rule.expr[0], { accept: null }] } } : object;
  });
  // While the limit is kept nothing shows; beyond it the connections of the link are no longer counted, but nothing more is opened.
  holds(prove(base, { nftables }));
  const inverted = listing.nftables.map((object) => {
    const { rule } = object;
    if (rule?.chain !== 'drop_forward' || rule.expr[0].drop === undefined) return object;
    return {
      rule: { ...rule, expr: [{ limit: { rate: 1, burst: 5, per: 'second', inv: true } }, { accept: null }] },
    };
  });
  assert.match(said(base, { nftables: inverted }), /if a limit is exceeded, although nothing allows it/);
});

test('a connection that an older ruleset translated, and that nobody has answered', () => {
  const is = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
  const field = (protocol: string, name: string) => ({ payload: { protocol, field: name } });
  const before = listing.nftables.findIndex(({ rule }) => rule?.chain === 'from_uplink_original_ipv4');
  // A first packet comes there only from the port that is forwarded now.
  const trusting = {
    rule: {
      ...listing.nftables[before]!.rule,
      expr: [
        is({ ct: { key: 'state' } }, 'new', 'in'),
        is({ ct: { key: 'status' } }, 'dnat', 'in'),
        is({ meta: { key: 'oifname' } }, 'eth2'),
        is(field('ip', 'daddr'), '10.77.0.6'),
        is(field('udp', 'dport'), 6001),
        { accept: null },
      ],
    },
  };
  const nftables = listing.nftables.toSpliced(before, 0, trusting as (typeof listing.nftables)[number]);
  assert.match(
    said(base, { nftables }),
    /although no flow allows it: udp .*, new connection, destination translated/,
  );
});

test('a refusal that answers', () => {
  const nftables = listing.nftables.map((object) => {
    const { rule } = object;
    if (rule?.chain !== 'drop_input' || rule.expr[0].drop === undefined) return object;
    return { rule: { ...rule, expr: [{ reject: { type: 'icmpx', expr: 'port-unreachable' } }] } };
  });
  assert.match(said(base, { nftables }), /^answered, although it should be dropped without an answer: /m);
});

test('no ruleset at all opens everything', () => {
  assert.match(said(base, { nftables: [] }), /forwarded although no flow allows it/);
});

test('what is not understood is no proof', () => {
  const nftables = [...listing.nftables, { flowtable: { family: 'inet', name: 'f', table: 'boardsmith' } }];
  const proof = prove(base, { nftables });
  assert.not(proof.proven);
  assert.match(proof.notUnderstood[0]!, /flowtable/);
});

test.run();

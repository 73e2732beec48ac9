import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRuleset } from '../../../openwrt/proof/ruleset/read-ruleset.ts';
import { listingsOf, vocabularyChains } from './vocabulary.ts';

const test = suite('reading a listing');

const chain = { family: 'inet', table: 't', name: 'c', handle: 1 };
const base = { ...chain, type: 'filter', hook: 'forward', prio: 0, policy: 'drop' };
const listing = (...objects: unknown[]): unknown => ({
  nftables: [{ table: { family: 'inet', name: 't', handle: 1 } }, ...objects],
});
const rule = (...expr: unknown[]): unknown =>
  listing({ chain: base }, { rule: { family: 'inet', table: 't', chain: 'c', handle: 7, expr } });
const match = (left: unknown, right: unknown, op = '=='): unknown => ({ match: { op, left, right } });
const meta = (key: string): unknown => ({ meta: { key } });
const payload = (protocol: string, field: string): unknown => ({ payload: { protocol, field } });
const ct = (key: string): unknown => ({ ct: { key } });
const set = (more: object): unknown => ({
  set: { family: 'inet', name: 's', table: 't', type: 'ifname', handle: 2, ...more },
});
const inSet = {
  rule: {
    family: 'inet',
    table: 't',
    chain: 'c',
    handle: 7,
    expr: [match(meta('iifname'), '@s'), { accept: null }],
  },
};

/** What is refused, and what is said of it. */
const refused: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'a text that is no JSON': ['table inet', /not JSON/],
  'another list': [{ tables: [] }, /"tables"/],
  'a bridge': [{ nftables: [{ table: { family: 'bridge', name: 't' } }] }, /table.*family/],
  'a chain at a device': [{ nftables: [{ table: { family: 'netdev', name: 't' } }] }, /family/],
  'a flow table': [listing({ flowtable: { family: 'inet', name: 'f', table: 't' } }), /flowtable/],
  'a helper': [listing({ 'ct helper': { family: 'inet', name: 'f', table: 't' } }), /ct helper/],
  'a chain of type route': [listing({ chain: { ...base, type: 'route' } }), /type of a chain/],
  'an ingress chain': [listing({ chain: { ...base, hook: 'ingress' } }), /hook of a chain/],
  'a chain with a device': [listing({ chain: { ...base, dev: 'eth0' } }), /"dev"/],
  'a chain at the priority of defragmentation': [
    listing({ chain: { ...base, hook: 'prerouting', prio: -400 } }),
    /very priority/,
  ],
  'a chain at the priority of conntrack': [
    listing({ chain: { ...base, hook: 'output', prio: -200 } }),
    /very priority/,
  ],
  'a nat chain elsewhere': [
    listing({ chain: { ...base, type: 'nat', hook: 'prerouting', prio: 0 } }),
    /type nat/,
  ],
  'two nat chains at one hook, of which the kernel asks the later one first': [
    listing(
      { chain: { ...base, type: 'nat', hook: 'prerouting', prio: -100 } },
      { chain: { ...base, name: 'd', type: 'nat', hook: 'prerouting', prio: -100 } },
    ),
    /second chain of type nat at prerouting/,
  ],
  'a rule of no chain': [
    listing({ rule: { family: 'inet', table: 't', chain: 'x', expr: [] } }),
    /not listed/,
  ],
  'a jump to nowhere': [rule({ jump: { target: 'x' } }), /no chain to jump to/],
  'a jump to a base chain': [rule({ jump: { target: 'c' } }), /no chain to jump to/],
  'a jump in a circle': [
    listing(
      { chain },
      { rule: { family: 'inet', table: 't', chain: 'c', expr: [{ jump: { target: 'c' } }] } },
    ),
    /jumps to itself/,
  ],
  'an unknown statement': [rule({ queue: { num: 0 } }), /"queue"/],
  notrack: [rule({ notrack: null }), /"notrack"/],
  'a flow offload': [rule({ flow: { op: 'add', flowtable: '@f' } }), /"flow"/],
  'a set mark': [rule({ mangle: { key: meta('mark'), value: 1 } }), /"mangle"/],
  snat: [rule({ snat: { family: 'ip', addr: '10.0.0.1' } }), /"snat"/],
  'a dnat without a port': [rule({ dnat: { family: 'ip', addr: '10.0.0.1' } }), /port of a dnat/],
  'a dnat with flags': [
    rule({ dnat: { family: 'ip', addr: '10.0.0.1', port: 80, flags: 'random' } }),
    /"flags"/,
  ],
  'an unknown meta key': [rule(match(meta('mark'), 1)), /"meta mark"/],
  'a device by its number': [rule(match(meta('iif'), 'eth1')), /"meta iif"/],
  'raw bytes': [rule(match({ payload: { base: 'nh', offset: 96, len: 32 } }, 1)), /"@nh 96 32"/],
  'a field of an extension header': [rule(match({ exthdr: { name: 'frag', field: 'id' } }, 1)), /"field"/],
  'another extension header': [rule(match({ exthdr: { name: 'rt' } }, true)), /"rt exists"/],
  'an IPv4 option': [rule(match({ 'ip option': { name: 'lsrr' } }, true)), /"ip option"/],
  'a route by source': [
    rule(match({ fib: { result: 'oif', flags: ['saddr', 'iif'] } }, false)),
    /"fib saddr . iif oif"/,
  ],
  'a type without the device': [
    rule(match({ fib: { result: 'type', flags: ['daddr'] } }, 'local')),
    /"fib daddr type"/,
  ],
  'all of ct status': [rule(match(ct('status'), 'dnat', '!=')), /ct status/],
  'another bit of ct status': [rule(match(ct('status'), 'assured', 'in')), /no number/],
  'another bit of ct status, by number': [rule(match(ct('status'), 2, 'in')), /this flag of ct status/],
  'two flags of ct status at once': [
    rule(match({ '&': [ct('status'), ['dnat', 'confirmed']] }, ['dnat', 'confirmed'])),
    /this comparison of ct status/,
  ],
  'an unknown name': [rule(match(meta('l4proto'), 'quic')), /no number/],
  'a port out of range': [rule(match(payload('tcp', 'dport'), 65536)), /16 bits/],
  'a range turned round': [rule(match(payload('tcp', 'dport'), { range: [90, 80] })), /range/],
  'a prefix of a port': [
    rule(match(payload('tcp', 'dport'), { prefix: { addr: 80, len: 8 } })),
    /addresses only/,
  ],
  'a prefix with host bits': [
    rule(match(payload('ip', 'saddr'), { prefix: { addr: '10.0.0.1', len: 8 } })),
    /below its length/,
  ],
  'an address of the other family': [rule(match(payload('ip', 'saddr'), '::1')), /IPv4/],
  'no address': [rule(match(payload('ip6', 'saddr'), 'host')), /IPv6/],
  'no MAC': [rule(match(payload('ether', 'saddr'), '02:00')), /MAC/],
  'a long device name': [rule(match(meta('iifname'), 'a23456789012345678')), /device/],
  'a wildcard for all': [rule(match(meta('iifname'), '*')), /wildcard/],
  'a mask over an address': [
    rule(match({ '&': [payload('ip', 'saddr'), '255.0.0.255'] }, '10.0.0.1')),
    /mask/,
  ],
  'an unknown operator': [rule(match(meta('l4proto'), 'tcp', '~')), /operator/],
  'an element of too few parts': [
    rule(match({ concat: [meta('iifname'), meta('oifname')] }, { set: [{ concat: ['a'] }] })),
    /1 parts for a key of 2/,
  ],
  'an element that expires': [
    listing({ chain: base }, set({ elem: [{ elem: { val: 'eth1', timeout: 3 } }] }), inSet),
    /"timeout"/,
  ],
  'a set that expires': [listing(set({ timeout: 30 })), /"timeout"/],
  'a set that rules fill and others look into': [
    listing({ chain: base }, set({ size: 10 }), inSet, {
      rule: {
        family: 'inet',
        table: 't',
        chain: 'c',
        expr: [
          {
            set: {
              op: 'add',
              elem: meta('iifname'),
              set: '@s',
              stmt: [{ 'ct count': { val: 3, inv: true } }],
            },
          },
        ],
      },
    }),
    /filled by rules/,
  ],
  'elements with different limits': [
    listing(
      { chain: base },
      set({ elem: ['eth2', { elem: { val: 'eth1', 'ct count': { val: 3, inv: true } } }] }),
      inSet,
    ),
    /different limits/,
  ],
  'an unknown set': [rule(match(meta('iifname'), '@x')), /no set of this name/],
  'a map of counters': [rule({ counter: { map: { key: meta('iifname'), data: '@x' } } }), /no map/],
  'an entry with a limit': [
    rule({
      vmap: {
        key: meta('iifname'),
        data: { set: [[{ elem: { val: 'eth1', limit: { rate: 1, per: 'second' } } }, { accept: null }]] },
      },
    }),
    /"limit"/,
  ],
  'an unknown verdict': [
    rule({ vmap: { key: meta('iifname'), data: { set: [['eth1', { queue: null }]] } } }),
    /"queue"/,
  ],
  'a limit of an unknown form': [rule({ limit: { rate: 1, per: 'second', sometimes: true } }), /"sometimes"/],
};

for (const [name, [json, words]] of Object.entries(refused)) {
  test(`refused: ${name}`, () => {
    const { notUnderstood } = readRuleset(json);
    assert.is(notUnderstood.length, 1, JSON.stringify(notUnderstood));
    assert.match(notUnderstood[0]!, words);
  });
}

test('a refusal names the rule', () => {
  assert.match(
    readRuleset(rule({ queue: null })).notUnderstood[0]!,
    /^rule 1 of chain inet t c \(handle 7\): /,
  );
});

test('every recorded construct is understood', () => {
  for (const name of vocabularyChains) {
    for (const { listing: recorded } of listingsOf(name))
      assert.equal(readRuleset(recorded).notUnderstood, []);
  }
});

test('a text is read as its value is', () => {
  const { listing: recorded } = listingsOf('late_05')[0]!;
  assert.equal(readRuleset(JSON.stringify(recorded)), readRuleset(recorded));
});

test.run();

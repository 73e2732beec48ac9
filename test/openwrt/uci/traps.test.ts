import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compileUci } from '../../../openwrt/uci/compile-uci.ts';
import { readFirewall4 } from '../../../openwrt/uci/firewall4-model/firewall4.ts';
import { openingLines } from '../../../openwrt/uci/firewall4-model/opening.ts';
import { policyOpenings } from '../../../openwrt/uci/policy-openings.ts';
import { examplePolicy } from '../../support/example-policies.ts';

const test = suite('traps of firewall4, written by hand into a sound file');
const policy = await examplePolicy('skyminer-8');
const files = compileUci(policy);
const sound = files['/etc/config/firewall']!;
const expected = openingLines(policyOpenings(policy));

interface Trap {
  readonly name: string;
  change(text: string): string;
  /** What is opened beyond the policy: a line that has this. */
  readonly opens: RegExp;
  readonly warns?: RegExp;
}

/** A rule from the wallet's zone to the node's, with these lines for its match. */
const rule =
  (...lines: readonly string[]) =>
  (text: string) =>
    `${text}\nconfig rule\n\toption name 'trap'\n${lines.map((line) => `\t${line}\n`).join('')}`;
const ends = ["option src 'wallet_1'", "option dest 'node_1'"];
const accept = "option target 'ACCEPT'";

/** The first rule of the file that has the option, without it or with another. */
const edit = (from: RegExp | string, to: string) => (text: string) => {
  const changed = text.replace(from, to);
  assert.is.not(changed, text, 'the trap changes nothing');
  return changed;
};

const traps: readonly Trap[] = [
  {
    name: 'ports beside a protocol that has none are ignored',
    change: rule(...ends, "option proto 'all'", "option dest_port '443'", accept),
    opens: /^forward eth1>eth3 ipv4 from \* \* to \* all ports \*>\*$/,
  },
  {
    name: 'ports beside ICMP are ignored',
    change: rule(...ends, "option proto 'icmp'", "option dest_port '443'", accept),
    opens: /^forward eth1>eth3 ipv4 .* icmp ports \*>\*$/,
  },
  {
    name: 'an unknown option is ignored, and the rule is emitted without it',
    change: edit("list src_mac '52:54:00:78:01:1c'", "list source_mac '52:54:00:78:01:1c'"),
    opens: /^forward eth1>.* from 10\.78\.0\.2\/32 \* /,
    warns: /source_mac is unknown/,
  },
  {
    name: 'a rule without a source is one for what the router sends',
    change: rule("option dest 'node_1'", "option proto 'tcp'", "option dest_port '6420'", accept),
    opens: /^output \*>eth3 ipv4 from \* \* to \* tcp ports \*>6420$/,
  },
  {
    name: 'a rule without ends is one for all that the router sends',
    change: rule("option proto 'udp'", "option dest_port '53'", accept),
    opens: /^output \*>\* ipv6 .* udp ports \*>53$/,
  },
  {
    name: 'a rule without a destination is one for the router itself',
    change: rule("option src 'wallet_1'", "option proto 'tcp'", "option dest_port '22'", accept),
    opens: /^input eth1>\* ipv4 .* tcp ports \*>22$/,
  },
  {
    name: 'a rule for any destination reaches every link',
    change: rule(
      "option src 'wallet_1'",
      "option dest '*'",
      "option proto 'tcp'",
      "option dest_port '443'",
      accept,
    ),
    opens: /^forward eth1>\* ipv4 .* tcp ports \*>443$/,
  },
  {
    name: 'a rule from any source',
    change: rule(
      "option src '*'",
      "option dest 'node_1'",
      "option proto 'tcp'",
      "option dest_port '6420'",
      accept,
    ),
    opens: /^forward \*>eth3 ipv4 .* tcp ports \*>6420$/,
  },
  {
    name: 'a forwarding opens the pair of zones, whatever else it says',
    change: (text) =>
      `${text}\nconfig forwarding\n\toption src 'wallet_1'\n\toption dest 'uplink'\n\toption proto 'tcp'\n\toption dest_port '443'\n`,
    opens: /^forward eth1>eth0 ipv4 from \* \* to \* all ports \*>\*$/,
    warns: /forwarding: the option proto is unknown/,
  },
  {
    name: 'a target is matched by its beginning',
    change: rule(...ends, "option proto 'tcp'", "option dest_port '1'", "option target 'A'"),
    opens: /^forward eth1>eth3 ipv4 .* tcp ports \*>1$/,
  },
  {
    name: 'the default protocol is tcp and udp',
    change: rule(...ends, "option dest_port '7'", accept),
    opens: /^forward eth1>eth3 ipv6 .* udp ports \*>7$/,
  },
  {
    name: 'a source that names a network without an address vanishes',
    change: edit("list src_ip '10.78.0.2'", "list src_ip 'wallet_1'"),
    opens: /^forward eth1>.* ipv4 from \* 52:54:00:78:01:1c /,
    warns: /names the network wallet_1/,
  },
  {
    name: 'a network in a set that is matched as ip loses its mask',
    change: (text) =>
      `${rule(...ends, "option family 'ipv4'", "option proto 'tcp'", "option dest_port '6420'", "option ipset 'far'", accept)(text)}\nconfig ipset\n\toption name 'far'\n\tlist match 'src_ip'\n\tlist entry '10.78.0.0/24'\n`,
    opens: /from @far 10\.78\.0\.0 \* /,
  },
  {
    name: 'a redirect without an address translates every address',
    change: edit("\toption src_dip '172.20.0.2'\n", ''),
    opens: /^dnat eth0>\* ipv4 .* to \* tcp ports \*>6000 .*becomes 10\.78\.0\.18:6000$/,
  },
  {
    name: 'reflection is on unless it is off',
    change: edit("\toption reflection '0'\n", ''),
    opens: /^dnat eth3>.* becomes .*\(reflection\)$/,
  },
  {
    name: 'a redirect without ports translates all of them',
    change: edit("\toption src_dport '6000'\n", ''),
    opens: /^dnat eth0>.* ports \*>\* .*becomes 10\.78\.0\.18:6000$/,
  },
  {
    name: 'helpers are on unless they are off, where nothing is masqueraded',
    change: edit(/(option name 'wallet_1'[\s\S]*?)\toption auto_helper '0'\n/, '$1'),
    opens: /^forward eth1>\* ipv4 .* expected by helpers/,
  },
  {
    name: 'flow offload stands before all rules',
    change: edit("option flow_offloading '0'", "option flow_offloading '1'"),
    opens: /^forward \*>\* ipv4 .* offloaded/,
  },
  {
    name: 'a default policy that accepts',
    change: edit("option forward 'DROP'", "option forward 'ACCEPT'"),
    opens: /^forward \*>\* ipv4 from \* \* to \* all/,
  },
  {
    name: 'a zone that accepts what is for the router',
    change: edit(/(option name 'wallet_1'[\s\S]*?)option input 'DROP'/, "$1option input 'ACCEPT'"),
    opens: /^input eth1>\* ipv4 from \* \* to \* all/,
  },
  {
    name: 'two zones of one name: nft refuses all, and nothing is closed',
    change: edit("option name 'wallet_2'", "option name 'wallet_1'"),
    opens: /^forward \*>\* ipv4 from \* \* to \* all/,
    warns: /no such zone/,
  },
  {
    name: 'a protocol that is none: likewise',
    change: rule(...ends, "option proto 'tpc'", "option dest_port '443'", accept),
    opens: /^forward \*>\* ipv6 from \* \* to \* all/,
  },
  {
    name: 'a name that is too long: likewise',
    change: edit(/(config rule\n\toption name )'[^']*'/, `$1'${'a'.repeat(121)}'`),
    opens: /^input \*>\* ipv4 from \* \* to \* all/,
  },
  {
    name: 'an include of which nothing is known: likewise',
    change: (text) => `${text}\nconfig include\n\toption type 'script'\n\toption path '/etc/firewall.user'\n`,
    opens: /^forward \*>\* ipv4 from \* \* to \* all/,
    warns: /what it does is not known/,
  },
  {
    name: 'a rule that lost its limit',
    change: edit(/\toption limit '100\/second'\n\toption limit_burst '200'\n/, ''),
    opens: /^forward eth5\.10>eth5\.11 ipv4 .* ports \*>8003$/,
  },
  {
    name: 'a rule that lost its family is one of both',
    change: edit(
      /(cxo_1__cxo_2__http__v4[\s\S]*?)\toption family 'ipv4'\n([\s\S]*?)\tlist src_ip [^\n]*\n([\s\S]*?)\tlist dest_ip [^\n]*\n/,
      '$1$2$3',
    ),
    opens: /^forward eth5\.10>eth5\.11 ipv6 from \* /,
  },
];

for (const { name, change, opens, warns } of traps) {
  test(name, () => {
    const { openings, warnings } = readFirewall4(change(sound), files);
    const beyond = openingLines(openings).filter((line) => !expected.includes(line));
    assert.ok(
      beyond.some((line) => opens.test(line)),
      beyond.join('\n') || 'nothing beyond the policy',
    );
    if (warns === undefined) assert.equal(warnings, [], 'firewall4 says nothing');
    else assert.match(warnings.join('\n'), warns);
  });
}

/** What fails closed is seen too: what is allowed is then missing. */
const closing: Readonly<Record<string, (text: string) => string>> = {
  'a mistake of syntax empties the file': (text) => `${text}\nconfig rule\n\toption name 'it's'\n`,
  'zones by network match no device at first': (text) => text.replaceAll('list device', 'list network'),
  'an invalid value skips the section': (text) =>
    text.replace("list dest_port '6420'", "list dest_port 'rpc'"),
  'a rule without a target has no verdict': (text) => text.replace("\toption target 'ACCEPT'\n", ''),
};

for (const [name, change] of Object.entries(closing)) {
  test(`${name}: allowed connections are missing`, () => {
    assert.is.not(change(sound), sound);
    const lines = openingLines(readFirewall4(change(sound), files).openings);
    assert.ok(expected.some((line) => !lines.includes(line)));
    assert.equal(
      lines.filter((line) => !expected.includes(line)),
      [],
    );
  });
}

test('without a defaults section every policy drops, output too: what the rules name is all there is', () => {
  const without = sound.slice(sound.indexOf('config zone'));
  assert.equal(openingLines(readFirewall4(without, files).openings), expected);
});

test('an include whose statements are others than expected is not understood', async () => {
  const home = compileUci(await examplePolicy('skyminer-4'));
  const text = home['/etc/config/firewall']!;
  const path = '/etc/boardsmith/forward.nft';
  assert.not(readFirewall4(text, home).refused);
  for (const changed of [`${home[path]}accept\n`, home[path]!.replace('ct status dnat ', '')]) {
    assert.ok(readFirewall4(text, { ...home, [path]: changed }).refused);
  }
});

test.run();

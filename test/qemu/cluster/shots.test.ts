import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Policy } from '../../../openwrt/policy/policy.ts';
import { evasiveShots } from '../../../qemu/cluster/evasive-shots.ts';
import { flowOfPacket } from '../../../qemu/cluster/flow-of-packet.ts';
import { honestShots } from '../../../qemu/cluster/honest-shots.ts';
import { outsideNetwork } from '../../../qemu/cluster/outside-network.ts';
import { rogueShots } from '../../../qemu/cluster/rogue-shots.ts';
import { routerCardNumbers } from '../../../qemu/cluster/router-cards.ts';
import { Shooting } from '../../../qemu/cluster/shooting.ts';
import { numberOfShot, type Shot, shotToken } from '../../../qemu/cluster/shot.ts';
import { spoofedShots } from '../../../qemu/cluster/spoofed-shots.ts';
import { standpoints } from '../../../qemu/cluster/standpoint.ts';
import { isAsExpected } from '../../../qemu/cluster/trial.ts';
import { decodeEthernet } from '../../../qemu/network/ethernet.ts';
import { decodeIp } from '../../../qemu/network/ip.ts';
import { Link } from '../../../qemu/network/link.ts';
import { exampleCluster } from '../../support/cluster-stage.ts';

const test = suite('shots at a router');
const { policy } = await exampleCluster('skyminer-4');
const eight = (await exampleCluster('skyminer-8')).policy;
const outside = '192.168.1.77';

const ask = (of: Policy, from: string, words: string, router = outside): string | null => {
  const [protocol, source, , destination, port] = words.split(' ') as [
    string,
    string,
    string,
    string,
    string?,
  ];
  const kind = protocol === 'echo' ? 'icmp-echo' : (protocol as 'tcp' | 'udp');
  return (
    flowOfPacket(of, { from, source, destination, protocol: kind, port: Number(port ?? 0) }, router)?.flow ??
    null
  );
};

test('the passage of a packet is the one that the policy names', () => {
  assert.is(ask(policy, 'wallet', 'tcp 10.77.0.2 > 10.77.0.6 6420'), 'wallet__node__rpc__v4');
  assert.is(ask(policy, 'wallet', 'udp 10.77.0.2 > 10.77.0.6 6420'), null);
  assert.is(ask(policy, 'wallet', 'tcp 10.77.0.2 > 10.77.0.6 6421'), null);
  assert.is(ask(policy, 'node', 'tcp 10.77.0.6 > 10.77.0.2 6420'), null);
  assert.is(ask(policy, 'wallet', 'echo 10.77.0.2 > 10.77.0.6'), null);
  assert.is(ask(eight, 'node-1', 'echo 10.78.0.18 > 10.78.0.26', '172.20.0.2'), 'node_1__node_2__echo__v4');
});

test('"any address" beyond the uplink is a public one; named networks are those', () => {
  assert.is(ask(policy, 'node', 'tcp 10.77.0.6 > 9.9.9.9 443'), 'node__uplink__seeds__v4');
  assert.is(ask(policy, 'node', 'tcp 10.77.0.6 > 192.168.1.1 443'), null);
  assert.is(ask(policy, 'node', 'tcp 10.77.0.6 > 127.0.0.1 443'), null);
  assert.is(ask(policy, 'wallet', 'tcp 10.77.0.2 > 9.9.9.9 443'), null);
  assert.ok(ask(eight, 'node-1', 'tcp 10.78.0.18 > 172.21.0.9 443', '172.20.0.2'));
  assert.is(ask(eight, 'node-1', 'tcp 10.78.0.18 > 9.9.9.9 443', '172.20.0.2'), null);
});

test('a forward is for its sources, at the uplink address', () => {
  assert.is(ask(policy, 'uplink', 'tcp 192.168.1.5 > 192.168.1.77 8010'), 'uplink__wallet__tcp_8010');
  assert.is(ask(policy, 'uplink', 'tcp 9.9.9.9 > 192.168.1.77 8010'), null);
  assert.is(ask(policy, 'uplink', 'tcp 9.9.9.9 > 192.168.1.77 6000'), 'uplink__node__tcp_6000');
  assert.is(ask(policy, 'uplink', 'tcp 10.77.0.2 > 192.168.1.77 6000'), null);
  assert.is(ask(policy, 'uplink', 'tcp 9.9.9.9 > 10.77.0.6 6000'), null);
});

test('every flow and forward is shot at, from its own side', () => {
  for (const of of [policy, eight]) {
    const tried = new Set(honestShots(of, []).flatMap(({ expected }) => expected?.flow ?? []));
    assert.equal(
      [...of.flows, ...of.forwards].map(({ id }) => id).filter((id) => !tried.has(id)),
      [],
    );
  }
});

test('everybody shoots at everybody, and each frame carries its token', () => {
  const shots = [
    ...honestShots(eight, []),
    ...evasiveShots(eight),
    ...spoofedShots(eight),
    ...rogueShots(eight),
  ];
  const pairs = new Set(shots.map(({ cable, to }) => `${cable} ${to}`));
  const ends = [...eight.boards.map(({ name }) => name), 'uplink'];
  for (const from of ends) {
    for (const to of [...ends, 'router']) {
      if (from !== to) assert.ok(pairs.has(`${from} ${to}`), `${from} to ${to}`);
    }
  }
  for (const [number, shot] of shots.entries()) {
    const frame = shot.frame({ token: shotToken(number), port: 61_000 });
    assert.is(numberOfShot(frame), number, shot.what);
    assert.ok(frame.length < 1500);
  }
});

test('lies are never the truth: no spoofed frame has its own cable’s MAC and address, untagged', () => {
  for (const shot of spoofedShots(eight)) {
    const place = standpoints(eight).find(({ cable }) => cable === shot.cable)!;
    const frame = decodeEthernet(shot.frame({ token: shotToken(1), port: 61_000 }))!;
    const source = frame.type === 0x8100 ? null : decodeIp(frame.payload)!.source;
    assert.not.ok(frame.source === place.mac && (source === place.ipv4 || source === place.ipv6), shot.what);
  }
});

test('a home is played that does not overlap the cluster; a static uplink is its own', () => {
  assert.equal(outsideNetwork(policy), {
    ...{ network: '192.168.1.0/24', router: outside, gateway: '192.168.1.1' },
    ipv6: { advertised: '2a10:50c0:77::', gateway: null },
  });
  assert.equal(outsideNetwork(eight), {
    ...{ network: '172.20.0.0/24', router: '172.20.0.2', gateway: '172.20.0.1' },
    ipv6: null,
  });
  const home = { router: '192.168.1.1', board: '192.168.1.2', prefixLength: 30 };
  const boards = [{ ...policy.boards[0]!, ipv4: home }, ...policy.boards.slice(1)];
  assert.is(outsideNetwork({ ...policy, boards })!.network, '192.168.178.0/24');
  assert.is(outsideNetwork({ ...policy, uplink: null }), null);
});

test('the router has a card for each port, those of VLANs once', () => {
  assert.equal(routerCardNumbers(policy), [0, 1, 2, 3, 4]);
  assert.equal(routerCardNumbers(eight), [0, 1, 2, 3, 4, 5]);
});

/** A router that carries frames as `passes` says. */
function fakeRange(passes: (shot: string, from: string) => string | null) {
  const listeners = new Map<string, (frame: Buffer) => void>();
  const links = new Map(
    ['a', 'b'].map((name) => {
      const router = {
        send: (frame: Buffer) => {
          const to = passes(frame.toString('latin1'), name);
          if (to !== null) listeners.get(to)!(frame);
        },
        receive: (listener: (frame: Buffer) => void) => listeners.set(name, listener),
      };
      return [name, new Link(name, { router, far: { send: () => {}, receive: () => {} } })] as const;
    }),
  );
  let port = 61_000;
  return { links, freePort: () => port++, settle: async () => {} };
}

const shot = (what: string, expected: Shot['expected']): Shot => ({
  ...{ cable: 'a', to: 'b', what, expected },
  frame: ({ token }) => Buffer.concat([Buffer.alloc(60), Buffer.from(what), token]),
});

test('what comes out where it must, elsewhere, or not at all, is told apart', async () => {
  let lost = 1;
  const shooting = new Shooting(
    fakeRange((text) => {
      if (text.includes('late') && lost-- > 0) return null;
      return text.includes('dropped') ? null : 'b';
    }),
  );
  const flow = { flow: 'f', cable: 'b' };
  const trials = await shooting.fire('s', [
    shot('late but right', flow),
    shot('leak', null),
    shot('dropped as it must be', null),
    shot('astray', { flow: 'f', cable: 'c' }),
  ]);
  shooting.end();
  assert.equal(trials.map((trial) => [trial.what, trial.observed, isAsExpected(trial)]).sort(), [
    ['astray', 'dropped', false],
    ['dropped as it must be', 'dropped', true],
    ['late but right', 'passes', true],
    ['leak', 'passes', false],
  ]);
});

test.run();

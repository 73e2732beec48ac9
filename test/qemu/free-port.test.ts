import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Port } from '../../builder/recipe/resolved-recipe.ts';
import { forwardsOf, memorableForwards } from '../../qemu/free-port.ts';

const test = suite('where the ports of a guest are forwarded');

function port(number: number, protocol: 'tcp' | 'udp'): Port {
  return { name: 'x', port: number, protocol, purpose: 'test' };
}

test('the kernel chooses for machines of tests', () => {
  assert.equal(forwardsOf([port(8080, 'tcp')]), [{ name: 'x', protocol: 'tcp', guest: 8080, host: 0 }]);
});

test("a person gets the guest's own number if it is free and needs no privilege", async () => {
  const tcp = createServer().listen(0, '127.0.0.1');
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
  const taken = (tcp.address() as AddressInfo).port;
  const takenUdp = udp.address().port;
  const forwards = await memorableForwards([port(taken, 'tcp'), port(takenUdp, 'udp'), port(80, 'tcp')]);
  assert.equal(
    forwards.map(({ host }) => host),
    [0, 0, 0],
  );
  tcp.close();
  udp.close();
  await Promise.all([once(tcp, 'close'), once(udp, 'close')]);
  const [first, second] = await memorableForwards([port(taken, 'tcp'), port(takenUdp, 'udp')]);
  assert.equal([first!.host, second!.host], [taken, takenUdp]);
});

test.run();

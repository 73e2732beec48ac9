import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addTag } from '../../../qemu/network/ethernet.ts';
import type { FramePort } from '../../../qemu/network/frame-port.ts';
import { wrapFrame } from '../../../qemu/network/frame-stream.ts';
import { Link, type SeenFrame } from '../../../qemu/network/link.ts';
import { MachinePort } from '../../../qemu/network/machine-port.ts';
import { VlanTrunk } from '../../../qemu/network/vlan-trunk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { soon } from '../fake-machine.ts';

const test = suite('virtual network');

/** A port whose machine is a list of what it got. */
function fakePort(): FramePort & { readonly got: string[]; says(text: string | Buffer): void } {
  let tell: (frame: Buffer) => void = () => {};
  const got: string[] = [];
  return {
    got,
    send: (frame) => got.push(frame.toString('latin1')),
    receive: (listener) => {
      tell = listener;
    },
    says: (text) => tell(Buffer.from(text)),
  };
}

test('a cable carries frames both ways, and tells who sent them', () => {
  const [router, far] = [fakePort(), fakePort()];
  const link = new Link('cxo-1', { router, far });
  const seen: string[] = [];
  const stop = link.watch(({ link: name, from, frame, injected }) =>
    seen.push(`${name} ${from} ${frame} ${injected}`),
  );
  router.says('a');
  far.says('b');
  link.inject('router', Buffer.from('c'));
  stop();
  router.says('d');
  assert.equal(far.got, ['a', 'd']);
  assert.equal(router.got, ['b', 'c']);
  assert.equal(seen, ['cxo-1 router a false', 'cxo-1 far b false', 'cxo-1 far c true']);
});

test('nothing goes through a cable that is pulled, also nothing of the stage', () => {
  const [router, far] = [fakePort(), fakePort()];
  const link = new Link('x', { router, far });
  link.pull();
  router.says('a');
  link.inject('far', Buffer.from('b'));
  assert.equal(far.got, []);
  link.plugIn();
  router.says('c');
  assert.equal(far.got, ['c']);
});

test('a frame that the stage keeps does not arrive', () => {
  const [router, far] = [fakePort(), fakePort()];
  const link = new Link('x', { router, far });
  const kept: SeenFrame[] = [];
  const stop = link.claim((seen) => seen.frame.toString() === 'mine' && kept.push(seen) > 0);
  router.says('mine');
  router.says('yours');
  stop();
  router.says('mine');
  assert.equal(far.got, ['yours', 'mine']);
  assert.is(kept.length, 1);
});

test('a trunk keeps VLANs apart; what has no tag or a strange one leads nowhere', () => {
  const trunk = fakePort();
  const vlans = new VlanTrunk(trunk);
  const [ten, eleven] = [vlans.vlan(10), vlans.vlan(11)];
  const got: string[] = [];
  ten.receive((frame) => got.push(`10 ${frame[12]}`));
  eleven.receive((frame) => got.push(`11 ${frame[12]}`));
  const frame = Buffer.concat([Buffer.alloc(12), Buffer.from([8, 0]), Buffer.alloc(46)]);
  trunk.says(addTag(frame, 10));
  trunk.says(frame);
  trunk.says(addTag(frame, 12));
  eleven.send(frame);
  assert.equal(got, ['10 8']);
  assert.equal(trunk.got, [addTag(frame, 11).toString('latin1')]);
});

test('a machine connects, ends, and another one takes its place', async () => {
  const port = await MachinePort.listen(join(temporaryFolder('port'), 'eth0.sock'));
  const got: string[] = [];
  let arrived: () => void = () => {};
  port.receive((frame) => {
    got.push(frame.toString());
    arrived();
  });
  for (const name of ['first', 'second']) {
    const socket = connect(port.path);
    await once(socket, 'connect');
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    socket.write(wrapFrame(Buffer.from(name)));
    await soon(arrival);
    const answer = once(socket, 'data');
    port.send(Buffer.from(`to ${name}`));
    assert.is(String((await soon(answer))[0]).slice(4), `to ${name}`);
    socket.destroy();
  }
  assert.equal(got, ['first', 'second']);
  // Nobody is there: it is lost, as on a cable.
  port.send(Buffer.from('lost'));
  await port.close();
});

test.run();

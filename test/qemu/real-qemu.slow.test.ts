import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isEvent } from '../../qemu/console.ts';
import { forwardsOf } from '../../qemu/free-port.ts';
import { startMachine } from '../../qemu/machine.ts';
import { plainRun } from '../../qemu/machine-options.ts';
import { probePort } from '../../qemu/probe/probe-boot.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bareMetalGuest } from './bare-metal-guest.ts';
import { goodBoot, untilGone } from './fake-machine.ts';

const test = suite('the real QEMU');
const folder = temporaryFolder('real-qemu');
const wait = { description: "the guest's line", timeoutMs: 60_000 * timeoutScale() };

test('it takes the whole command line, and the guest powers off', async () => {
  const { image, direct } = await bareMetalGuest(join(folder, 'off'), goodBoot, 'power-off');
  const log = join(folder, 'off.log');
  const extra = join(folder, 'off', 'card.img');
  const machine = await startMachine(
    image,
    {
      ...plainRun,
      direct,
      forwards: forwardsOf([...image.ports, { name: 'dht', port: 6881, protocol: 'udp', purpose: 'x' }]),
      serialPorts: [probePort],
      extraDrives: [`json:{"driver":"raw","file":{"driver":"null-co","size":1048576}}`],
      card: { kind: 'file', path: extra },
    },
    { log },
  );
  await machine.console.waitFor(isEvent('ready'), wait);
  const end = await machine.ended;
  assert.is(end.reason, 'guest-shutdown', end.complaints);
  assert.is(end.complaints, '');
  assert.not.ok(existsSync(machine.folder));
  const text = await readFile(log, 'utf8');
  assert.is(text.split('\n')[0], machine.command);
});

test('the logged command line can be pasted into a shell in an empty folder', async () => {
  const { image, direct } = await bareMetalGuest(join(folder, "it's a test, really"), goodBoot, 'power-off');
  const machine = await startMachine(image, { ...plainRun, direct });
  await machine.ended;
  const { stdout } = await execa('sh', ['-c', machine.command], {
    cwd: temporaryFolder('pasted'),
    stdin: 'ignore',
  });
  assert.match(stdout, /BOARDSMITH \{"event":"ready"/);
});

test('a guest that resets ends the machine with that reason', async () => {
  // So much that it does not reset before QEMU's control socket is connected, which alone tells the reason.
  const lines = Array.from(
    { length: 2000 },
    () => 'still here, and in no hurry at all to reset this machine',
  );
  const { image, direct } = await bareMetalGuest(join(folder, 'reset'), lines, 'reset');
  const machine = await startMachine(image, { ...plainRun, direct });
  assert.is((await machine.ended).reason, 'guest-reset');
});

test('a guest that resets may go on if it is let', async () => {
  const { image, direct } = await bareMetalGuest(join(folder, 'again'), ['again'], 'reset');
  const machine = await startMachine(image, { ...plainRun, direct, onReboot: 'reboot' });
  const again = ({ text }: { text: string }): boolean => text === 'again';
  const first = await machine.console.waitFor(again, wait);
  const second = await machine.console.waitFor(again, { ...wait, since: first.index + 1 });
  assert.ok(second.atMs >= first.atMs);
  await machine.stop();
});

test('forwarded ports are chosen without a race: two machines at once have their own', async () => {
  const { image, direct } = await bareMetalGuest(join(folder, 'stay'), ['up'], 'stay');
  const forwards = forwardsOf(image.ports);
  const machines = await Promise.all(
    [1, 2].map(() => startMachine(image, { ...plainRun, direct, forwards })),
  );
  try {
    const hosts = await Promise.all(machines.map(async (machine) => (await machine.forwards())[0]!.host));
    assert.ok(hosts[0] !== hosts[1] && hosts.every((host) => host > 0));
    const socket = connect(hosts[0]!, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  } finally {
    await Promise.all(machines.map((machine) => machine.stop()));
  }
});

test('a port that is taken ends QEMU with its own words', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = (server.address() as AddressInfo).port;
  const { image, direct } = await bareMetalGuest(join(folder, 'taken'), ['up'], 'stay');
  const forwards = forwardsOf(image.ports).map((forward) => ({ ...forward, host }));
  const machine = await startMachine(image, { ...plainRun, direct, forwards });
  await machine.console.waitFor(isEvent('ready'), wait).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /Could not set up host forwarding rule/),
  );
  server.close();
});

test('an abort and a power key that nobody hears leave no process', async () => {
  const { image, direct } = await bareMetalGuest(join(folder, 'deaf'), ['up'], 'stay');
  const controller = new AbortController();
  const machine = await startMachine(image, { ...plainRun, direct }, { signal: controller.signal });
  await machine.console.waitFor(({ text }) => text === 'up', wait);
  assert.not.ok(await machine.powerOff(200));
  controller.abort();
  assert.is((await machine.ended).signal, 'SIGKILL');
  await untilGone(machine.pid!);
});

test('an image that is not there is told', async () => {
  const { image, direct } = await bareMetalGuest(join(folder, 'absent'), ['up'], 'stay');
  const machine = await startMachine({ ...image, image: '/nonexistent.img' }, { ...plainRun, direct });
  await machine.console.waitFor(isEvent('ready'), wait).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /nonexistent\.img.*No such file/),
  );
});

test.run();

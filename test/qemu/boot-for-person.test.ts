import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { bootForPerson, type PersonBootEnd } from '../../qemu/boot-for-person.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type FakeScript, fakeCommand, fakeImage, goodBoot, goodEnd, saying, soon } from './fake-machine.ts';

const test = suite('a boot that a person watches');
/** A port below 1024 is forwarded to one that the kernel chooses, which is what the fake says. */
const image = {
  ...fakeImage,
  ports: [{ ...fakeImage.ports[0]!, port: 80 }],
  health: { port: 80, path: '/health' },
};

interface Watched {
  readonly ended: Promise<PersonBootEnd>;
  readonly signals: EventEmitter;
  text(): string;
  /** Resolves when the output holds this. */
  shows(part: string): Promise<void>;
}

function watch(script: FakeScript, json = false, booted = image): Watched {
  const signals = new EventEmitter();
  const changed = new EventEmitter();
  let text = '';
  const output = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      changed.emit('text');
      done();
    },
  });
  const ended = bootForPerson(booted, { output, signals, json, command: fakeCommand(script) });
  ended.catch(() => {});
  const shows = async (part: string): Promise<void> => {
    while (!text.includes(part)) {
      await new Promise<void>((resolve, reject) => {
        changed.once('text', resolve);
        const late = (why: string): void => reject(new Error(`never shown: ${part}; ${why}; ${text}`));
        ended.then(
          () => late('it ended'),
          (error) => late(String(error)),
        );
      });
    }
  };
  return { ended, signals, text: () => text, shows };
}

const good: FakeScript = { steps: saying(goodBoot), http: [200], guestPort: 80, powerKey: goodEnd };

test('the command line, every console line and the ready daemon are shown; Ctrl-C powers off in order', async () => {
  const { ended, signals, text, shows } = watch(good);
  await shows('Ctrl-C powers off');
  signals.emit('SIGINT');
  assert.equal(await ended, { poweredOff: true, asked: true });
  const lines = text().split('\n');
  assert.match(lines[0]!, /fake-qemu\.mjs/);
  for (const line of [...goodBoot, ...goodEnd]) assert.ok(lines.includes(line), line);
  assert.match(text(), /boardsmith: cxo is ready/);
  assert.match(text(), /boardsmith: http \(tcp 80\) is at http:\/\/127\.0\.0\.1:\d+\/\n/);
  assert.is(signals.listenerCount('SIGINT'), 0);
});

test('a second Ctrl-C ends a guest that does not power off', async () => {
  const { ended, signals, shows } = watch({ ...good, powerKey: null });
  await shows('"ready"');
  signals.emit('SIGINT');
  await shows('powering off');
  signals.emit('SIGINT');
  assert.equal(await ended, { poweredOff: false, asked: true });
});

test('a guest in which init never spoke is ended without a second Ctrl-C, and it is said why', async () => {
  for (const steps of [[], saying(goodBoot.slice(0, 2))] satisfies FakeScript['steps'][]) {
    const { ended, signals, text, shows } = watch({ ...good, steps, powerKey: null });
    await shows('is at http');
    signals.emit('SIGTERM');
    await shows('powering off');
    assert.equal(await soon(ended), { poweredOff: false, asked: true });
    assert.match(text(), /boardsmith: no sign of init in the guest, so it cannot power off; ended\n/);
  }
});

test('a guest that starts init only after Ctrl-C was pressed powers off in order', async () => {
  const late: FakeScript = { ...good, steps: saying(goodBoot.slice(0, 3)), lostPresses: 2 };
  const { ended, signals, shows } = watch(late);
  await shows('is at http');
  signals.emit('SIGINT');
  assert.equal(await soon(ended), { poweredOff: true, asked: true });
});

test('a guest that powers off by itself at the moment of the Ctrl-C is not ended by force', async () => {
  const { ended, signals, text, shows } = watch({ ...good, leaving: true });
  await shows('is at http');
  signals.emit('SIGINT');
  assert.equal(await soon(ended), { poweredOff: true, asked: true });
  assert.match(text(), /boardsmith: the machine has ended \(guest-shutdown\)\n$/);
  assert.not.match(text(), /does not answer/);
});

test('SIGTERM is an orderly end too; a terminal that is closed ends it at once', async () => {
  const first = watch(good);
  await first.shows('"ready"');
  first.signals.emit('SIGTERM');
  assert.equal(await first.ended, { poweredOff: true, asked: true });
  const second = watch({ ...good, powerKey: null });
  await second.shows('"ready"');
  second.signals.emit('SIGHUP');
  assert.is((await second.ended).poweredOff, false);
});

test('a daemon that crashes does not end it', async () => {
  const exit = 'BOARDSMITH {"event":"daemon-exit","uptime_ms":9,"pid":5,"status":1,"restart_in_ms":1000}';
  const { ended, signals, shows } = watch({ ...good, steps: [{ say: exit }, ...saying(goodBoot)] });
  await shows('cxo is ready');
  signals.emit('SIGINT');
  assert.ok((await ended).poweredOff);
});

test('with --json every line is an event', async () => {
  const { ended, signals, text, shows } = watch(good, true);
  await shows('"event":"ready","timeline"');
  signals.emit('SIGINT');
  await ended;
  const events = text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const kinds = new Set(events.map(({ event }) => event));
  assert.equal([...kinds].sort(), ['console', 'end', 'machine', 'note', 'ports', 'ready'].sort());
  const ready = events.find(({ init }) => (init as { event?: string } | undefined)?.event === 'ready');
  assert.ok(ready, "init's events are there as objects");
  assert.equal(events.at(-1), { event: 'end', reason: 'guest-shutdown', exitCode: 0 });
});

test('a QEMU that cannot run is an error with what it said', async () => {
  const complain = "qemu-system-aarch64: Could not set up host forwarding rule 'tcp:127.0.0.1:8080-:8080'";
  const { ended } = watch({ qmp: false, steps: [{ complain }, { exit: 1 }] });
  const error = await ended.then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, BoardsmithError);
  assert.match((error as BoardsmithError).message, /host forwarding rule/);
  assert.is((error as BoardsmithError).hint, 'another program took the port just now; try again');
});

test('a port that another program takes between the choice and the start is replaced', async () => {
  // What is free now will most likely be free in a moment.
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  const free = { ...image, ports: [{ ...image.ports[0]!, port }], health: { port, path: '/health' } };
  const portTaken = join(temporaryFolder('port'), 'taken');
  const { ended, signals, text, shows } = watch({ ...good, guestPort: port, portTaken }, false, free);
  await shows('Ctrl-C powers off');
  signals.emit('SIGINT');
  assert.equal(await soon(ended), { poweredOff: true, asked: true });
  assert.match(text(), /boardsmith: another program took a port just now: others are chosen\n/);
  assert.is(text().split('the machine has ended').length, 2, text());
});

test('how the boot before ended is said where init tells of it', async () => {
  const crash = 'BOARDSMITH {"event":"last-boot","uptime_ms":5,"end":"kernel-panic"}';
  const { signals, ended, text, shows } = watch({ ...good, steps: saying([crash, ...goodBoot]) });
  await shows('Ctrl-C powers off');
  signals.emit('SIGINT');
  await ended;
  assert.ok(
    text().includes(`${crash}\nboardsmith: the boot before this one ended in a kernel panic\n`),
    text(),
  );
});

test.run();

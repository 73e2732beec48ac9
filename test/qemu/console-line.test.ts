import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf } from '../../qemu/boot-failure.ts';
import { classifyLine, classifyPrompt } from '../../qemu/console-line.ts';

const test = suite('what a console line is');

function is(text: string): string {
  const meaning = classifyLine(text, 'cxo');
  return 'mark' in meaning ? `${meaning.kind} ${meaning.mark}` : meaning.kind;
}

const lines: readonly (readonly [string, string])[] = [
  ['U-Boot 2025.01-3+deb13u1 (Jun 24 2026 - 09:07:15 +0000)', 'firmware banner'],
  ['U-Boot SPL 2025.01 (Jun 24 2026 - 09:07:15 +0000)', 'firmware banner'],
  ['Starting kernel ...', 'firmware starting-kernel'],
  ['(0 bootflows, 0 valid)', 'firmware error'],
  ['No more bootdevs', 'firmware error'],
  ['Bad Linux ARM64 Image magic!', 'firmware error'],
  ['"Synchronous Abort" handler, esr 0x96000010', 'firmware error'],
  ['=> boot', 'firmware prompt'],
  ['=>', 'firmware prompt'],
  ['Loading Environment from Flash... *** Warning - bad CRC, using default environment', 'other'],
  ['[    0.000000] Linux version 6.12.117+deb13-arm64 (gcc 14)', 'kernel version'],
  ['[    0.000000][    T0] Linux version 6.12.117', 'kernel version'],
  ['Linux version 6.12.117', 'kernel version'],
  ['[    2.1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100', 'kernel panic'],
  ['[    2.1] ---[ end Kernel panic - not syncing: x ]---', 'kernel panic'],
  [
    '[    2.0] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    'kernel no-root',
  ],
  ['[    1.0] Internal error: Oops: 0000000096000004 [#1] SMP', 'kernel oops'],
  ['[    1.0] Unable to handle kernel NULL pointer dereference at virtual address 0', 'kernel oops'],
  ['KASLR disabled due to lack of seed', 'kernel no-kaslr'],
  ['[    0.000000] KASLR disabled on command line', 'kernel no-kaslr'],
  ['[    0.000000] KASLR enabled', 'other'],
  ['[    8.003304] reboot: Power down', 'other'],
  ['Welcome to Node.js v24.19.0.', 'bare-runtime'],
  ['cxo| Welcome to Node.js v24.19.0.', 'bare-runtime'],
  ['cxo| Bun is a fast JavaScript runtime, package manager, bundler, and test runner. (1.2)', 'bare-runtime'],
  ['cxo| listening on 8080', 'daemon'],
  ['cxo| last kernel| Kernel panic - not syncing', 'daemon'],
  ['last kernel| <0>[   11.6] Kernel panic - not syncing: Attempted to kill init!', 'trace'],
  ['last daemon| BOARDSMITH {"event":"ready","uptime_ms":1}', 'trace'],
  ['last daemon| Welcome to Node.js v24.19.0.', 'trace'],
  ['last daemon|', 'trace'],
  ['last other| x', 'other'],
  ['cxo|', 'daemon'],
  ['node| listening', 'other'],
  ['', 'other'],
];

for (const [text, expected] of lines) {
  test(`${expected}: ${text}`, () => {
    assert.is(is(text), expected);
  });
}

test('an event is what init writes, whole', () => {
  const meaning = classifyLine('BOARDSMITH {"event":"ready","uptime_ms":2310,"by":"ports"}', 'cxo');
  assert.equal(meaning, { kind: 'event', event: { event: 'ready', uptime_ms: 2310, by: 'ports' } });
});

test('what is nearly an event is none', () => {
  for (const rest of [
    '{"event":"ready","uptime_ms":23',
    '{"event":"ready","uptime_ms":2310} and more',
    '{"event":"ready"}',
    '{"event":"ready","uptime_ms":"2310"}',
    '{"event":"ready","uptime_ms":-1}',
    '{"event":"ready","uptime_ms":1.5}',
    '{"event":"","uptime_ms":1}',
    '{"event":7,"uptime_ms":1}',
    '["event"]',
    'null',
    '{"event":"re[    2.1] usb: a kernel message',
  ]) {
    assert.is(is(`BOARDSMITH ${rest}`), 'damaged-event', rest);
  }
  assert.is(is('boardsmith {"event":"ready","uptime_ms":1}'), 'other');
  assert.is(is(' BOARDSMITH {"event":"ready","uptime_ms":1}'), 'other');
});

test('a daemon cannot forge a line of init or of the kernel', () => {
  assert.is(is('cxo| BOARDSMITH {"event":"ready","uptime_ms":1}'), 'daemon');
  assert.is(is('cxo| [    2.1] Kernel panic - not syncing: x'), 'daemon');
  assert.is(is('cxo| U-Boot 2025.01'), 'daemon');
});

test('prompts are seen before their line ends, and only if they are the whole line', () => {
  assert.equal(classifyPrompt('=>'), { kind: 'firmware', mark: 'prompt' });
  assert.is(classifyPrompt('>')?.kind, 'bare-runtime');
  for (const text of ['', 'cxo| =>', '=> boo', 'a >']) assert.is(classifyPrompt(text), null, text);
});

test('failures are told by kind, with the fields that explain them', () => {
  const failure = (text: string): unknown => failureOf(classifyLine(text, 'cxo'));
  assert.equal(
    failure(
      'BOARDSMITH {"event":"fail","uptime_ms":9,"what":"mount the root","errno":"EIO","reboot_in_s":10}',
    ),
    {
      kind: 'init-fail',
      message: 'init failed (what mount the root, errno EIO)',
    },
  );
  assert.equal(
    failure('BOARDSMITH {"event":"daemon-exit","uptime_ms":9,"pid":5,"status":1,"restart_in_ms":1000}'),
    {
      kind: 'daemon-exit',
      message: 'the daemon ended (status 1)',
    },
  );
  const kinds: Readonly<Record<string, string>> = {
    'not-ready': 'not-ready',
    unhealthy: 'unhealthy',
    held: 'held',
    stop: 'stop',
    'power-off': 'stop',
    reboot: 'stop',
  };
  for (const [event, kind] of Object.entries(kinds)) {
    assert.is((failure(`BOARDSMITH {"event":"${event}","uptime_ms":1}`) as { kind: string }).kind, kind);
  }
  for (const event of ['start', 'ready', 'daemon', 'degraded', 'lease-refused', 'child-exit']) {
    assert.is(failure(`BOARDSMITH {"event":"${event}","uptime_ms":1}`), null, event);
  }
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConsoleLine } from '../../qemu/console.ts';
import { classifyLine } from '../../qemu/console-line.ts';
import { lastBoot, lastBootSentence } from '../../qemu/last-boot.ts';

const test = suite('what a boot tells of the one before');

function linesOf(...texts: readonly string[]): ConsoleLine[] {
  return texts.map((text, index) => ({ index, atMs: index, text, meaning: classifyLine(text, 'cxo') }));
}

const event = (fields: Readonly<Record<string, unknown>>): string =>
  `BOARDSMITH ${JSON.stringify({ uptime_ms: 9, ...fields })}`;
const ended = (fields: Readonly<Record<string, unknown>>): string => event({ event: 'last-boot', ...fields });
const crashed = (fields: Readonly<Record<string, unknown>>): string =>
  event({ event: 'last-crash', ...fields });

test('nothing on the first boot of a card', () => {
  assert.is(lastBoot(linesOf(event({ event: 'start' }), 'cxo| hello')), null);
});

test('each crash with its own lines', () => {
  const told = lastBoot(
    linesOf(
      ended({ end: 'kernel-panic' }),
      crashed({ kind: 'kernel-panic' }),
      'last kernel| <0>[ 1.0] Kernel panic',
      'last kernel|',
      crashed({ kind: 'daemon', cause: 'exit', status: 3 }),
      'last daemon| last kernel| forged',
      'cxo| last daemon| forged',
    ),
  );
  assert.is(told?.end, 'kernel-panic');
  assert.equal(
    told?.crashes.map(({ kind, lines }) => ({ kind, lines })),
    [
      { kind: 'kernel-panic', lines: ['<0>[ 1.0] Kernel panic', ''] },
      { kind: 'daemon', lines: ['last kernel| forged'] },
    ],
  );
});

const sentences: readonly (readonly [string, string | null])[] = [
  [
    ended({ end: 'power-off', reason: 'power-key' }),
    'the boot before this one ended in order, by powering off (power-key)',
  ],
  [
    ended({ end: 'reboot', reason: 'daemon-not-ready' }),
    'the boot before this one ended in order, by a reboot (daemon-not-ready)',
  ],
  [
    ended({ end: 'failure', reason: 'verify the root' }),
    'the boot before this one ended since init could not go on (verify the root)',
  ],
  [ended({ end: 'kernel-panic' }), 'the boot before this one ended in a kernel panic'],
  [ended({ end: 'watchdog' }), 'the boot before this one hung and was ended by the watchdog'],
  [ended({ end: 'sudden' }), 'the boot before this one ended suddenly: by a reset, or its power was cut'],
  [ended({ end: 'unheard-of' }), 'the boot before this one ended by unheard-of'],
  [crashed({ kind: 'watchdog' }), 'what the kernel wrote last follows'],
  [
    crashed({ kind: 'daemon', cause: 'exit', signal: 'SIGSEGV', ends: 1 }),
    'the daemon of that boot ended by itself (SIGSEGV); its last lines follow',
  ],
  [
    crashed({ kind: 'daemon', cause: 'not-ready', status: 0, ends: 7 }),
    'the daemon of that boot was ended since it did not become ready (status 0), 7 times in that boot; its last lines follow',
  ],
  [
    crashed({ kind: 'daemon', cause: 'end-of-boot' }),
    'the daemon ran until that boot ended; its last lines follow',
  ],
  [event({ event: 'ready' }), null],
  ['last kernel| x', null],
];

for (const [line, sentence] of sentences) {
  test(`in a sentence: ${sentence}`, () => {
    assert.is(lastBootSentence(linesOf(line)[0]!.meaning), sentence);
  });
}

test.run();

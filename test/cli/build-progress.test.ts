import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildProgress } from '../../builder/cli/progress/build-progress.ts';
import { FetchTally } from '../../builder/cli/progress/fetch-tally.ts';
import { listProgress } from '../../builder/cli/progress/list-progress.ts';
import type { LockedInput } from '../../builder/lock/lock-format.ts';
import type { Step } from '../../builder/plan/step.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { debianEntry, pypiEntry } from '../support/lock-entries.ts';

function step(title: string): Step {
  return { id: title, kind: 'k', title, key: title, parameters: {}, inputs: {} } as unknown as Step;
}

const [unpack, bundle, pack] = ['unpack', 'bundle', 'pack'].map(step) as [Step, Step, Step];
const musl: LockedInput = { id: 'musl', entry: debianEntry('musl', '1.2.5', 'arm64') };
const node: LockedInput = { id: 'node', entry: pypiEntry('node', '24.0.0', 'musllinux_1_2_aarch64') };
const work = { steps: [unpack, bundle, pack], fetches: [musl, node], most: 4 };
const terminal = () => capturedTerminal({ currentDirectory: '/' });

/** A terminal that remembers what was drawn on it. */
function screen(): {
  readonly stream: NodeJS.WriteStream;
  readonly drawn: () => string;
  readonly last: () => string[];
} {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  Object.assign(stream, { columns: 100, rows: 40, isTTY: true });
  return {
    stream,
    drawn: () => stripVTControlCharacters(text),
    // What stands there at the end is written after the last erasing of a line.
    last: () =>
      stripVTControlCharacters(text.slice(text.lastIndexOf('\u001b[2K')))
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
  };
}

/** Lets the list draw itself once more: it does so every 100 ms. */
async function drawing(isDrawn: () => boolean): Promise<void> {
  while (!isDrawn()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('the list shows what is fetched, what runs and how many wait', async () => {
  const { stream, drawn, last } = screen();
  const progress = listProgress(work, terminal(), stream);
  await drawing(() => /fetch 0 of 2 files, 0 B\n.*3 steps wait/.test(drawn()));
  progress.observe({ type: 'fetching', input: musl });
  progress.observe({ type: 'fetching', input: node });
  await drawing(() => drawn().includes('fetch 0 of 2 files, 0 B: musl 1.2.5 for arm64, 1 KB and 1 more'));
  progress.observe({ type: 'fetched', input: musl });
  await drawing(() => drawn().includes(': node 24.0.0 for musllinux_1_2_aarch64, 1 KB'));
  progress.observe({ type: 'fetched', input: node });
  progress.observe({ type: 'start', step: unpack });
  progress.observe({ type: 'progress', step: unpack, line: 'half of it' });
  await drawing(() => /unpack: half of it\n.*2 steps wait/.test(drawn()));
  for (const one of [unpack, bundle, pack]) {
    if (one !== unpack) progress.observe({ type: 'start', step: one });
    progress.observe({ type: 'done', step: one, milliseconds: 1200 });
  }
  await progress.finish();
  const fetched = `fetch 2 of 2 files, ${musl.entry.size + node.entry.size} B`;
  assert.equal(
    last().map((line) => line.replace(/^(?:✔|√) /, '+ ')),
    [`+ ${fetched}`, '+ unpack (1.2 s)', '+ bundle (1.2 s)', '+ pack (1.2 s)'],
  );
});

test('fetches alone are shown too, and nothing if there is nothing to do', async () => {
  const { stream, last } = screen();
  const progress = listProgress({ steps: [], fetches: [musl], most: 0 }, terminal(), stream);
  progress.observe({ type: 'fetching', input: musl });
  progress.observe({ type: 'fetched', input: musl });
  await progress.finish();
  assert.equal(
    last().map((line) => line.slice(2)),
    [`fetch 1 of 1 files, ${musl.entry.size} B`],
  );
  const captured = terminal();
  await buildProgress(
    { steps: [], fetches: [], most: 0 },
    { ...captured, interactive: true },
    false,
  ).finish();
  assert.equal(captured.noteLines, []);
});

test('the list tells what failed from what was stopped and what was not begun', async () => {
  const { stream, drawn, last } = screen();
  const progress = listProgress({ ...work, fetches: [] }, terminal(), stream);
  progress.observe({ type: 'start', step: unpack });
  progress.observe({ type: 'start', step: bundle });
  await drawing(() => drawn().includes('1 step waits'));
  progress.stopping();
  await drawing(() => drawn().includes('stopping; once more ends at once'));
  progress.observe({ type: 'failed', step: unpack, error: new Error('no') });
  progress.observe({ type: 'stopped', step: bundle });
  await progress.finish();
  const signs = last().map((line) =>
    line
      .replace(/^(?:✖|×) /, 'x ')
      .replace(/^↓ /, '- ')
      .replace(/^(?:◼|■) /, '. '),
  );
  assert.equal(signs, ['x unpack: failed', '- bundle: stopped', '. 1 step not begun']);
});

test('a fetch that did not come whole is not ticked', async () => {
  const { stream, last } = screen();
  const progress = listProgress(work, terminal(), stream);
  progress.observe({ type: 'fetching', input: musl });
  await progress.finish();
  assert.match(last()[0]!, /^↓ fetch 0 of 2 files/);
});

test('a step whose cached output was damaged gets a row of its own', async () => {
  const { stream, last } = screen();
  const captured = terminal();
  const progress = listProgress({ steps: [pack], fetches: [], most: 2 }, captured, stream);
  progress.observe({ type: 'damaged', step: unpack });
  for (const one of [unpack, pack]) {
    progress.observe({ type: 'start', step: one });
    progress.observe({ type: 'done', step: one, milliseconds: 5 });
  }
  await progress.finish();
  assert.equal(
    last().map((line) => line.slice(2)),
    ['unpack (5 ms)', 'pack (5 ms)'],
  );
  assert.match(captured.noteLines.join('\n'), /damaged, so it was made again: unpack/);
});

test('a log has one line an event', async () => {
  const captured = terminal();
  const progress = buildProgress({ ...work, steps: [unpack, pack] }, captured, false);
  progress.observe({ type: 'fetching', input: node });
  progress.observe({ type: 'fetched', input: node });
  progress.observe({ type: 'start', step: unpack });
  progress.observe({ type: 'done', step: unpack, milliseconds: 40 });
  progress.observe({ type: 'stopped', step: pack });
  await progress.finish();
  assert.equal(captured.noteLines, [
    '       fetching node 24.0.0 for musllinux_1_2_aarch64, 1 KB (1 of 2)',
    '       unpack',
    '[1/2] unpack (40 ms)',
    'stopped pack',
  ]);
});

test('with --json every event is an object', async () => {
  const captured = terminal();
  const progress = buildProgress(work, captured, true);
  progress.observe({ type: 'fetching', input: node });
  progress.observe({ type: 'done', step: unpack, milliseconds: 40 });
  await progress.finish();
  assert.equal(
    captured.outLines.map((line) => JSON.parse(line)),
    [
      { event: 'fetching', input: 'node', bytes: node.entry.size },
      { event: 'step-done', step: 'unpack', key: 'unpack', milliseconds: 40 },
    ],
  );
});

test('who stops a build is told that it is being stopped', async () => {
  const stop = new AbortController();
  const captured = { ...terminal(), signal: stop.signal };
  const progress = buildProgress(work, captured, false);
  stop.abort();
  await progress.finish();
  assert.equal(captured.noteLines, ['stopping; once more ends at once']);
});

test('the time of fetches is that during which any ran', () => {
  let now = 0;
  const tally = new FetchTally([musl, node], () => now);
  const at = (time: number, type: 'fetching' | 'fetched', input: LockedInput): void => {
    now = time;
    tally.observe({ type, input });
  };
  at(100, 'fetching', musl);
  at(150, 'fetching', node);
  at(200, 'fetched', musl);
  at(250, 'fetched', node);
  at(1000, 'fetching', { ...musl, id: 'third' });
  at(1010, 'fetched', { ...musl, id: 'third' });
  assert.is(tally.milliseconds, 160);
  assert.is(tally.files, 3);
  assert.is(tally.total, 3);
});

test.run();

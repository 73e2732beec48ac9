import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceLines } from '../../builder/cli/difference-text.ts';
import { run } from '../../builder/cli/run.ts';
import { Card } from '../../builder/inspect/card.ts';
import { compareImages } from '../../builder/inspect/compare-images.ts';
import { compareReports } from '../../builder/inspect/compare-reports.ts';
import type { ImageReport, ReportedComponent } from '../../builder/inspect/image-report.ts';
import { inspectImage } from '../../builder/inspect/inspect-image.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { matchesGolden } from '../support/golden.ts';
import { smallPart, writeSmallImage } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('comparing two images');
const folder = temporaryFolder('compare');
const { signal } = new AbortController();
const image = await writeSmallImage(folder, 'one');

/** The image with some bytes changed. */
async function withChange(name: string, change: (bytes: Buffer) => void): Promise<string> {
  const bytes = await readFile(image);
  change(bytes);
  const file = join(folder, `${name}.img`);
  await writeFile(file, bytes);
  return file;
}

test('the same bytes are the same', async () => {
  const difference = await compareImages(image, await withChange('copy', () => {}), signal);
  assert.ok(difference.same);
  assert.equal(difference.bytes, []);
  assert.equal(differenceLines(difference), ['the two images are the same, bit for bit']);
});

test('a changed byte is found: which file, where in it, where in its partition', async () => {
  const card = await Card.open(image);
  const kernel = (await card.files()).find(({ place, path }) => place === 'boot-a' && path === '/kernel')!;
  const boot = (await card.parts()).find(({ name }) => name === 'boot-a')!;
  await card.close();
  const place = kernel.extents[0]!.offset + 77;
  const other = await withChange('kernel', (bytes) => {
    bytes[boot.offset + place]! ^= 1;
    bytes[boot.offset + place + 5]! ^= 1;
  });
  const { same, files, bytes } = await compareImages(image, other, signal);
  assert.not.ok(same);
  assert.equal(
    files.map(({ name, offset }) => [name, offset]),
    [['boot-a:/kernel', 77]],
  );
  assert.equal(bytes, [
    {
      part: 'boot-a',
      imageOffset: boot.offset + place,
      partOffset: place,
      count: 2,
      files: ['boot-a:/kernel'],
    },
  ]);
});

const bareChanges: readonly (readonly [string, number, string])[] = [
  ['the gap behind the table', 3 << 20, 'partition table'],
  ['the boot loader', 8192 + 100, 'bootloader'],
  ['an empty partition', 27 << 20, 'identity'],
];
for (const [what, place, part] of bareChanges) {
  test(`a byte in ${what} is found`, async () => {
    const other = await withChange('bare', (bytes) => {
      bytes[place]! ^= 1;
    });
    const { bytes } = await compareImages(image, other, signal);
    assert.equal(
      bytes.map((difference) => [
        difference.part,
        difference.imageOffset,
        difference.count,
        difference.files,
      ]),
      [[part, place, 1, []]],
    );
  });
}

test('the command line says what changed, in words and as JSON, and by its exit code', async () => {
  const root = await smallPart('root');
  // The time at which the file system was made: a change in a table, not in a file.
  root.writeUInt32LE(1_800_000_000, 8);
  const boot = await smallPart('boot');
  const kernel = boot.indexOf('6.12.0-small');
  boot.write('6.12.9-other', kernel);
  const commandLine = boot.indexOf('console=ttyS0');
  boot.write('console=ttyS1', commandLine);
  const other = await writeSmallImage(folder, 'other', { root, boot, bootloader: Buffer.alloc(6000, 0x5b) });
  const terminal = capturedTerminal({ currentDirectory: folder });
  assert.is(await run(['inspect', image, other], terminal), 1);
  matchesGolden('inspect/difference.txt', `${terminal.outLines.join('\n')}\n`);

  const json = capturedTerminal({ currentDirectory: folder });
  assert.is(await run(['inspect', image, other, '--json'], json), 1);
  const printed = JSON.parse(json.outLines.join('\n')) as { same: boolean; settings: { name: string }[] };
  assert.is(printed.same, false);
  assert.equal(
    printed.settings.map(({ name }) => name),
    ['kernel', 'command line'],
  );
  assert.is(await run(['inspect', image, image], capturedTerminal({ currentDirectory: folder })), 0);
  assert.is(
    await run(['inspect', image, join(folder, 'absent.img')], capturedTerminal({ currentDirectory: folder })),
    11,
  );
});

test('files and components that came, went or changed', async () => {
  const report = await inspectImage(image, signal);
  const component = (name: string, version: string): ReportedComponent => {
    return { name, version, purl: `pkg:npm/${name}@${version}`, licence: 'MIT' };
  };
  const kept = component('kept', '1');
  const from: ImageReport = {
    ...report,
    components: [
      kept,
      component('gone', '1'),
      component('moved', '1'),
      component('twice', '1'),
      component('twice', '2'),
    ],
  };
  const [first, ...others] = report.files;
  const to: ImageReport = {
    ...report,
    files: [...others, { ...first!, path: '/new' }],
    components: [
      kept,
      component('came', '1'),
      component('moved', '2'),
      component('twice', '1'),
      component('twice', '3'),
    ],
  };
  const { files, components } = compareReports(from, to);
  assert.equal(
    files.map((change) => [change.from?.path ?? null, change.to?.path ?? null]).sort(),
    [
      [first!.path, null],
      [null, '/new'],
    ].sort(),
  );
  assert.equal(
    components.map((change) => [change.name, change.from?.version ?? null, change.to?.version ?? null]),
    [
      ['came', null, '1'],
      ['gone', '1', null],
      ['moved', '1', '2'],
      ['twice', '2', '3'],
    ],
  );
});

test.run();

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inspectPage } from '../../builder/cli/inspect-page/page.ts';
import { run } from '../../builder/cli/run.ts';
import type { ImageReport } from '../../builder/inspect/image-report.ts';
import { inspectImage } from '../../builder/inspect/inspect-image.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { matchesGolden } from '../support/golden.ts';
import { writeSmallImage } from '../support/small-image.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const test = suite('a page about an image');
const folder = temporaryFolder('page');
const image = await writeSmallImage(folder, 'small');
const report = await inspectImage(image, new AbortController().signal);

test('is as reviewed, with everything that a report can have', () => {
  const full: ImageReport = {
    ...report,
    description: {
      recipe: 'small',
      board: 'test-board',
      date: '2026-01-02',
      cage: { user: 1000, ports: [80, 443] },
    },
    components: [{ name: 'one', version: '1.0', purl: 'pkg:npm/one@1.0', licence: 'MIT' }],
  };
  matchesGolden('inspect/page.html', inspectPage(full));
});

test('loads nothing and runs nothing, whatever the names in an image are', () => {
  const nasty = '</style><script>alert(1)</script>"\'&\u0007';
  const page = inspectPage({
    ...report,
    image: { ...report.image, file: nasty },
    parts: report.parts.map((part) => ({ ...part, name: `${part.name}${nasty}` })),
    files: report.files.map((file) => ({ ...file, path: `${file.path}${nasty}`, target: nasty })),
    elf: [
      {
        path: nasty,
        role: 'program',
        machine: 'arm64',
        interpreter: null,
        needs: [{ library: nasty, path: null }],
      },
    ],
    boot: {
      ...report.boot,
      commandLine: nasty,
      modules: [nasty],
      kernelRelease: nasty,
      kernelOptions: { [nasty]: nasty },
    },
    description: { recipe: nasty, board: nasty, date: nasty, cage: { [nasty]: [nasty] } },
    components: [{ name: nasty, version: nasty, purl: nasty, licence: nasty }],
  });
  assert.match(
    page,
    /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"/,
  );
  assert.not.match(page, /<script/i);
  assert.is(page.match(/<\/style>/g)!.length, 1);
  assert.not.match(page, /\b(?:src|href)=|url\((?!#arrow\))|@import/);
  assert.not.ok(page.includes('\u0007'));
});

test('is written by --html, and not for two images', async () => {
  const file = join(folder, 'page.html');
  const terminal = capturedTerminal({ currentDirectory: folder });
  assert.is(await run(['inspect', image, '--html', 'page.html'], terminal), 0);
  assert.is(await readFile(file, 'utf8'), inspectPage(report));
  const both = ['inspect', image, image, '--html', 'page.html'];
  assert.is(await run(both, capturedTerminal({ currentDirectory: folder })), 2);
  const nowhere = ['inspect', image, '--html', 'no/such/folder/page.html'];
  assert.is(await run(nowhere, capturedTerminal({ currentDirectory: folder })), 11);
});

test.run();

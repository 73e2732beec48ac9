import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bootAndCheck, type RunningImage } from '../../../qemu/boot-and-check.ts';
import { reportText } from '../../../qemu/boot-report.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import type { ImageManifest } from '../../steps/image-manifest.ts';
import { readBootable } from '../bootable.ts';
import { buildImages } from '../build-images.ts';
import { formatBytes, formatSeconds, formatTable } from '../format.ts';
import { loadSelection, lockOf, planSelection } from '../image-selection.ts';
import { usableLock } from '../newcomer-lock.ts';
import { paint } from '../paint.ts';
import { shownPath } from '../shown-path.ts';
import { boardsmithRoot, cacheFolder } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

interface DemoOptions {
  readonly out: string;
  readonly cache?: string;
  readonly lock?: string;
  readonly json?: true;
}

const recipe = 'cxo';

/** `boardsmith demo`, behind `npm run demo`: builds the object store, boots its image, stores a file in it and reads it back. */
export const demo: Verb = {
  define(program, terminal) {
    describeVerb(
      program,
      'demo',
      `build the appliance ${recipe}, boot its image in QEMU, store a file in it and read it back`,
      'boardsmith demo --out out/',
    )
      .option('--out <dir>', 'folder for the image', 'out')
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option('--lock <file>', 'lock file (default: the boardsmith.lock of this checkout)')
      .option('--json', 'print events as NDJSON; the last one is the outcome')
      .action(async (options: DemoOptions) => {
        const json = options.json === true;
        // With --json all that is said is events.
        const note = (line: string): void => {
          if (!json) terminal.note(line);
        };
        const started = performance.now();
        const color = paint(terminal);
        const cache = cacheFolder(terminal, options.cache);
        const out = resolve(terminal.currentDirectory, options.out);
        note(
          color.bold(
            `1/3 building ${recipe} (kernel: Debian's package, so that nobody waits for a compiler)`,
          ),
        );
        const loaded = await loadSelection(terminal, [recipe], {});
        const lock = await usableLock(terminal, loaded, options.lock ?? lockOf(loaded.recipes), {
          cache,
          json,
        });
        const selection = await planSelection(loaded, lock);
        const built = await buildImages(terminal, selection, {
          out,
          cache,
          vendor: null,
          offline: false,
          dryRun: false,
          json,
        });
        const image = await readBootable(built.images[0]!.image);

        note(color.bold('2/3 booting the image in QEMU (its own boot loader, kernel and init, emulated)'));
        let stored = '';
        const report = await bootAndCheck(image, {
          signal: terminal.signal,
          onLine: (line) => note(color.dim(`  ${line}`)),
          use: async (running) => {
            note(color.bold('3/3 storing a file over HTTP and reading it back'));
            stored = await storeAndCompare(running, join(boardsmithRoot, 'LICENSE'));
            note(`  ${stored}`);
          },
        });

        if (json) {
          const milliseconds = Math.round(performance.now() - started);
          const { sizes, partitions } = image.manifest;
          const outcome = { image: image.image, stored, sizes, partitions, boot: report, milliseconds };
          terminal.out(JSON.stringify({ event: 'demo', ...outcome }));
          return;
        }
        const place = shownPath(terminal, image.image);
        terminal.out('');
        terminal.out(`${color.green('It works.')} ${stored}`);
        terminal.out('');
        terminal.out(`image: ${place} (${formatBytes(built.images[0]!.bytes)}, mostly room to grow)`);
        for (const row of sizesByPart(image.manifest)) terminal.out(row);
        terminal.out('');
        terminal.out('boot, since power-on:');
        for (const line of reportText(report).split('\n')) terminal.out(`  ${line}`);
        terminal.out('');
        terminal.out(`all of it took ${formatSeconds(performance.now() - started)}. Next, try:`);
        const next = [
          [`  ${terminal.command} boot ${place}`, '# the console, with the store at the printed port'],
          [`  ${terminal.command} inspect ${place} --html inspect.html`, '# what is in it, as a page'],
          [`  ${terminal.command} plan ${recipe}`, '# what a build does, step by step'],
          [`  ${terminal.command} new hello`, '# an appliance of your own'],
        ];
        for (const row of formatTable(next)) terminal.out(row);
        terminal.out('');
        terminal.out(
          "The kernel is Debian's package, so that you waited for no compiler. A smaller, hardened one is built from source by",
        );
        terminal.out(`  ${terminal.command} build ${recipe} --board qemu-virt-hardened`);
      });
  },
};

/** What of the image is kernel, program and all else, and the partitions that it lies in. */
function sizesByPart({ sizes, partitions }: ImageManifest): string[] {
  const parts = sizes
    .filter(({ part }) => part === 'kernel' || part === 'program' || part === 'rest')
    .map(({ part, size }) => [`  ${part === 'rest' ? 'all else' : part}`, formatBytes(size), 'on the card']);
  const places = partitions.map(({ name, used, size }) => [
    `  ${name}`,
    formatBytes(size),
    // A file system of the partition's own size uses all of it, however much is in it.
    used === 0 ? 'empty' : used === size ? 'a file system' : `${formatBytes(used)} used`,
  ]);
  return formatTable([...parts, ...places], [1]);
}

/** Stores a file as an object, reads it back, and compares. @throws BoardsmithError BOOT_FAILED if it is not the same */
async function storeAndCompare({ forwards, signal }: RunningImage, file: string): Promise<string> {
  const bytes = await readFile(file);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const url = `http://127.0.0.1:${forwards.find(({ protocol }) => protocol === 'tcp')!.host}/objects/${digest}`;
  const put = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes), signal });
  const get = await fetch(url, { signal });
  const back = Buffer.from(await get.arrayBuffer());
  if (put.status !== 201 || get.status !== 200 || !back.equals(bytes)) {
    throw new BoardsmithError(
      'BOOT_FAILED',
      `the store answered ${put.status} to PUT and ${get.status} to GET, ${back.length} bytes`,
      { hint: `boardsmith boot ${recipe} shows the console of the same image` },
    );
  }
  return `${bytes.length} bytes stored as ${digest.slice(0, 16)}… and read back, the same`;
}

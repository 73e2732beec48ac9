import { resolve } from 'node:path';
import { bootAndCheck } from '../../../qemu/boot-and-check.ts';
import { bootForPerson } from '../../../qemu/boot-for-person.ts';
import { reportText } from '../../../qemu/boot-report.ts';
import { makeCard } from '../../../qemu/card-file.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { exitCodes } from '../../error/error-codes.ts';
import { readBootable } from '../bootable.ts';
import { buildImages } from '../build-images.ts';
import { addSelectionOptions, type SelectionOptions, selectImages } from '../image-selection.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { cacheFolder } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

interface BootOptions extends SelectionOptions {
  readonly out: string;
  readonly cache?: string;
  readonly card?: string;
  readonly cardSize?: number;
  readonly memory?: number;
  readonly isolated?: true;
  readonly check?: true;
  readonly report?: string;
  readonly log?: string;
  readonly json?: true;
}

/** `boardsmith boot`: runs an image in QEMU, for a person or (with `--check`) for a script. */
export const boot: Verb = {
  define(program, terminal, exit) {
    const command = describeVerb(
      program,
      'boot <image|recipe>',
      'boot an image in QEMU: console shown, ports forwarded, Ctrl-C powers off; a recipe is built first',
      'boardsmith boot out/cxo-qemu-virt.img',
    );
    addSelectionOptions(command)
      .option('--out <dir>', 'folder for the image of a recipe', 'out')
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option(
        '--card <file>',
        'keep what is written in this file, as on a real card; made from the image if it is not there',
      )
      .option('--card-size <MiB>', 'with --card: size of a card that is made (default: 1024)', wholeNumber(1))
      .option('--memory <MiB>', "memory of the machine (default: the board's)", wholeNumber(64))
      .option('--isolated', 'let the board reach nothing but DHCP and the forwarded ports')
      .option('--check', 'wait until the daemon is ready and healthy, power off, and say so by the exit code')
      .option('--report <file>', 'with --check: write timeline and memory as JSON')
      .option('--log <file>', "write QEMU's command line and the console into this file")
      .option('--json', 'print events as NDJSON')
      .action(async (target: string, options: BootOptions) => {
        refuseWithout(options, 'cardSize', 'card');
        refuseWithout(options, 'report', 'check');
        const path = (file: string): string => resolve(terminal.currentDirectory, file);
        const image = await readBootable(
          target.endsWith('.img') ? path(target) : await builtImage(terminal, target, options),
        );
        const log = options.log === undefined ? {} : { log: path(options.log) };
        const card =
          options.card === undefined
            ? {}
            : {
                card: await makeCard(
                  image.image,
                  path(options.card),
                  options.cardSize ?? 1024,
                  terminal.signal,
                ),
              };
        const memory = options.memory === undefined ? {} : { memoryMiB: options.memory };
        if (options.check) {
          const report = await bootAndCheck(image, {
            ...log,
            run: { ...card, ...memory, outside: options.isolated !== true },
            signal: terminal.signal,
            ...(options.report === undefined ? {} : { report: path(options.report) }),
            ...(options.json ? {} : { onLine: (line: string) => terminal.note(line) }),
          });
          terminal.out(options.json ? JSON.stringify(report) : reportText(report));
          return;
        }
        const end = await bootForPerson(image, {
          ...log,
          ...card,
          ...memory,
          outside: options.isolated !== true,
          json: options.json === true,
          output: process.stdout,
          signals: process,
        });
        if (!end.poweredOff) exit(end.asked ? exitCodes.INTERRUPTED : exitCodes.BOOT_FAILED);
      });
  },
};

/** An option that means nothing without another is a mistake, not a wish to ignore. */
function refuseWithout(options: BootOptions, option: 'cardSize' | 'report', needed: 'card' | 'check'): void {
  if (options[option] === undefined || options[needed] !== undefined) return;
  const written = option === 'cardSize' ? '--card-size' : `--${option}`;
  throw new BoardsmithError('USAGE', `${written} means nothing without --${needed}`, {
    hint: 'boardsmith boot --help',
  });
}

/** Builds a recipe (which takes a moment if nothing changed) and says where its image is. */
async function builtImage(terminal: Terminal, recipe: string, options: BootOptions): Promise<string> {
  const selection = await selectImages(terminal, [recipe], options);
  const { images } = await buildImages(terminal, selection, {
    out: resolve(terminal.currentDirectory, options.out),
    cache: cacheFolder(terminal, options.cache),
    vendor: null,
    offline: false,
    dryRun: false,
    json: options.json === true,
  });
  return images[0]!.image;
}

import { resolve } from 'node:path';
import { compareImages } from '../../inspect/compare-images.ts';
import { inspectImage } from '../../inspect/inspect-image.ts';
import { differenceLines } from '../difference-text.ts';
import { reportLines } from '../inspect-text.ts';
import { describeVerb, type Verb } from './verb.ts';

interface InspectOptions {
  readonly json?: true;
}

/** As diff(1): the images differ, which is no error. */
const differ = 1;

/** `boardsmith inspect`: what is in an image, read from its bytes; or what changed from one to another. */
export const inspect: Verb = {
  define(program, terminal, exit) {
    describeVerb(
      program,
      'inspect <image> [other]',
      'show what is in an image (any one, its sources are not needed), or what changed from it to another',
      'boardsmith inspect out/cxo-qemu-virt.img',
    )
      .option('--json', 'print the report as one JSON object')
      .action(async (image: string, other: string | undefined, options: InspectOptions) => {
        const path = (file: string): string => resolve(terminal.currentDirectory, file);
        const print = (value: unknown, lines: readonly string[]): void => {
          if (options.json) terminal.out(JSON.stringify(value));
          else for (const line of lines) terminal.out(line);
        };
        if (other === undefined) {
          const report = await inspectImage(path(image), terminal.signal);
          print(report, reportLines(report));
          return;
        }
        const difference = await compareImages(path(image), path(other), terminal.signal);
        print(difference, differenceLines(difference));
        if (!difference.same) exit(differ);
      });
  },
};

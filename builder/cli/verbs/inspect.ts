import { resolve } from 'node:path';
import { inspectImage } from '../../inspect/inspect-image.ts';
import { reportLines } from '../inspect-text.ts';
import { describeVerb, type Verb } from './verb.ts';

interface InspectOptions {
  readonly json?: true;
}

/** `boardsmith inspect`: what is in an image, read from its bytes. */
export const inspect: Verb = {
  define(program, terminal) {
    describeVerb(
      program,
      'inspect <image>',
      'show what is in an image (any one, its sources are not needed)',
      'boardsmith inspect out/cxo-qemu-virt.img',
    )
      .option('--json', 'print the report as one JSON object')
      .action(async (image: string, options: InspectOptions) => {
        const path = (file: string): string => resolve(terminal.currentDirectory, file);
        const report = await inspectImage(path(image), terminal.signal);
        if (options.json) terminal.out(JSON.stringify(report));
        else for (const line of reportLines(report)) terminal.out(line);
      });
  },
};

import { resolve } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { compareImages } from '../../inspect/compare-images.ts';
import { inspectImage } from '../../inspect/inspect-image.ts';
import type { RootVerdict } from '../../inspect/verify-root.ts';
import { identityInShort, identityLines, readCardIdentity } from '../card-identity.ts';
import { differenceLines } from '../difference-text.ts';
import { inspectPage } from '../inspect-page/page.ts';
import { reportLines } from '../inspect-text.ts';
import { requireVerifiedRoot } from '../require-verified-root.ts';
import { verdictLine } from '../root-verdict-text.ts';
import { writeWhole } from '../write-whole.ts';
import { describeVerb, type Verb } from './verb.ts';

interface InspectOptions {
  readonly html?: string;
  readonly verify?: true;
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
      .option('--html <file>', 'also write a page about the image into this file')
      .option(
        '--verify',
        'first hold every block of the root against its hash; one that is wrong is an error',
      )
      .option('--json', 'print the report as one JSON object')
      .action(async (image: string, other: string | undefined, options: InspectOptions) => {
        const path = (file: string): string => resolve(terminal.currentDirectory, file);
        const print = (value: unknown, lines: readonly string[]): void => {
          if (options.json) terminal.out(JSON.stringify(value));
          else for (const line of lines) terminal.out(line);
        };
        const images = other === undefined ? [image] : [image, other];
        // First: a root that is damaged may not be readable at all.
        const verified: RootVerdict[] = [];
        if (options.verify) for (const file of images) verified.push(await requireVerifiedRoot(path(file)));
        if (other === undefined) {
          const report = await inspectImage(path(image), terminal.signal);
          const identity = await readCardIdentity(path(image));
          if (options.html !== undefined) await writeWhole(path(options.html), inspectPage(report));
          const [root] = verified;
          print({ ...report, identity, ...(root === undefined ? {} : { verified: root }) }, [
            ...reportLines(report, identityInShort(identity)),
            ...identityLines(identity),
            ...verified.flatMap((verdict) => ['', verdictLine(verdict)]),
          ]);
          return;
        }
        if (options.html !== undefined) {
          throw new BoardsmithError('USAGE', '--html shows one image, not two', {
            hint: `boardsmith inspect ${other} --html FILE`,
          });
        }
        const difference = await compareImages(path(image), path(other), terminal.signal);
        print(difference, differenceLines(difference));
        if (!difference.same) exit(differ);
      });
  },
};

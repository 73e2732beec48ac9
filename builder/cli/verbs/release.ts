import { resolve } from 'node:path';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { cosign } from '../../release/cosign.ts';
import { readSecretKey } from '../../signature/secret-key.ts';
import { passwordAsker } from '../ask-password.ts';
import { addRouterOption } from '../cluster-selection.ts';
import { formatBytes, formatSeconds } from '../format.ts';
import { addSelectionOptions } from '../image-selection.ts';
import { sayNext } from '../next-command.ts';
import { paint } from '../paint.ts';
import { givenPublicKeys, publicKeysOption } from '../public-keys-option.ts';
import { publishRelease, type ReleaseOptions } from '../publish-release.ts';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { describeVerb, type Verb } from './verb.ts';

interface Written extends Omit<ReleaseOptions, 'out' | 'key'> {
  readonly out?: string;
  readonly key?: string;
  readonly cosign?: string;
}

/** `boardsmith release`: a signed folder with everything that a manufacturer needs. */
export const release: Verb = {
  define(program, terminal) {
    const command = describeVerb(
      program,
      'release [name]',
      'publish the images of a recipe or cluster: one signed folder, complete or absent',
      'boardsmith release skyminer-4 --key boardsmith.key --out releases/1 --first\n  boardsmith release skyminer-4 --key boardsmith.key --out releases/2 --since releases/1\n  boardsmith release --cosign releases/2 --key other.key',
    );
    addRouterOption(addSelectionOptions(command))
      .option('--key <file>', 'secret key that signs it, as `boardsmith keygen` or `minisign -G` makes it')
      .option('--password-file <file>', "file whose first line is the key's password (default: ask)")
      .option('--out <dir>', 'the folder to make; must not be there')
      .option('--cosign <dir>', 'add a signature to a release that somebody else made, and that you made too')
      .option('--since <dir>', 'an earlier release: say what changed, and count on from its number')
      .option('--first', 'there is no earlier release of this name: this is number 1')
      .option('--number <n>', 'number of this release (default: that of --since and one)', wholeNumber(1))
      .addOption(
        publicKeysOption(
          'public key whose signature counts on the release of --since (default: that of --key), or of --cosign',
        ),
      )
      .option('--version <text>', 'version for people: 2026.11 or 1.4.0 (default: the date)')
      .option('--date <date>', 'YYYY-MM-DD (default: that of the lock)')
      .option('--url-base <url>', 'where the folder will be served: addresses for Raspberry Pi Imager')
      .option('--xz', 'publish each image as xz too: 6 % smaller, and some ten times as long to make')
      .option('--sources', 'put in the source of everything whose licence wants it, as the lock pins it')
      .option('--allow-dirty', 'release sources that no commit holds; the release names no revision then')
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option('--vendor <dir>', 'take inputs from a folder made by `boardsmith lock --vendor` first')
      .option('--offline', 'use the cache (and --vendor) alone')
      .option('--dry-run', 'say what would run and what would be made, and make nothing')
      .option('--json', 'print events as NDJSON; the last one describes the release')
      .action(async (name: string | undefined, options: Written) => {
        const { out, key } = options;
        if (key === undefined) throw missing('--key FILE');
        const keyFile = resolve(terminal.currentDirectory, key);
        if (options.cosign !== undefined) {
          if (name !== undefined || out !== undefined) throw cosignsAlone(options.cosign);
          await addSignature(terminal, options.cosign, keyFile, options);
          return;
        }
        if (name === undefined) throw missing('RECIPE or CLUSTER');
        if (out === undefined) throw missing('--out DIR');
        const folder = resolve(terminal.currentDirectory, out);
        const { manifest, digest, run } = await publishRelease(terminal, name, {
          ...options,
          ...{ out: folder, key: keyFile },
        });
        if (options.json) {
          terminal.out(JSON.stringify({ event: 'released', folder, digest, manifest, ...run }));
          return;
        }
        if (manifest === null) {
          for (const step of run.steps) terminal.out(`would run ${step.title}`);
          terminal.out(`would make ${shownPath(terminal, folder)}, of ${run.steps.length} steps to run`);
          return;
        }
        const size = manifest.files.reduce((sum, file) => sum + file.size, 0);
        const count = manifest.images.length;
        const images = `${count} image${count === 1 ? '' : 's'}`;
        terminal.note(
          `${run.steps.length} steps run, ${run.cachedSteps} cached, ${formatSeconds(run.milliseconds)} in all`,
        );
        terminal.out(
          `${paint(terminal).green('released')} ${manifest.name} ${manifest.version} as release ${manifest.number}: ${shownPath(terminal, folder)}, ${images}, ${formatBytes(size)}`,
        );
        terminal.out(`manifest sha256 ${digest}`);
        sayNext(terminal, 'verify', shownPath(terminal, folder), '--pub', 'KEY.pub');
      });
  },
};

async function addSignature(
  terminal: Terminal,
  named: string,
  key: string,
  { passwordFile, pub, json }: Written,
): Promise<void> {
  const { signal } = terminal;
  const folder = resolve(terminal.currentDirectory, named);
  const signer = await readSecretKey(key, passwordAsker(terminal, passwordFile));
  const keys = await givenPublicKeys(terminal, pub);
  const { manifest, digest, signature } = await cosign(folder, signer, { keys, signal });
  if (json) {
    terminal.out(JSON.stringify({ event: 'cosigned', folder, digest, signature }));
    return;
  }
  terminal.out(
    `${paint(terminal).green('signed')} ${manifest.name} ${manifest.version}, release ${manifest.number}: ${signature}`,
  );
  terminal.out(`manifest sha256 ${digest}`);
}

function missing(what: string): BoardsmithError {
  return new BoardsmithError('USAGE', `${what} is missing`, {
    hint: 'boardsmith release CLUSTER --key FILE --out DIR --since DIR, or --first',
  });
}

function cosignsAlone(folder: string): BoardsmithError {
  return new BoardsmithError('USAGE', '--cosign signs what is there: it takes no name and no --out', {
    hint: `boardsmith release --cosign ${folder} --key FILE`,
  });
}

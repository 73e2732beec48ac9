import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openUncached } from '../../burn/device/uncached-card.ts';
import { findImage } from '../../burn/units/find-image.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { exitCodes } from '../../error/error-codes.ts';
import { shownUnit } from '../../identity/judge-identity.ts';
import { checkLedger } from '../../ledger/check-ledger.ts';
import type { LedgerHistory } from '../../ledger/ledger-history.ts';
import type { ReleaseManifest } from '../../release/release-manifest.ts';
import { manifestName } from '../../release/signature-name.ts';
import { CardBytes, type CardReader } from '../../release/verify/card-bytes.ts';
import { problemLine } from '../../release/verify/release-problem.ts';
import { type CardVerdict, verifyCard } from '../../release/verify/verify-card.ts';
import {
  invalidRelease,
  type ReleaseVerdict,
  type VerifyOptions,
  verifyHead,
  verifyPackedImage,
  verifyRelease,
} from '../../release/verify/verify-release.ts';
import { formatBytes } from '../format.ts';
import { givenPublicKeys, publicKeysOption } from '../public-keys-option.ts';
import type { Terminal } from '../terminal.ts';
import { cardLines, releaseLines } from '../verify-text.ts';
import { wholeNumber } from '../whole-number.ts';
import { describeVerb, type Verb } from './verb.ts';

interface Written {
  readonly pub?: readonly string[];
  readonly threshold?: number;
  readonly minRelease?: number;
  readonly ledger?: string;
  readonly release?: string;
  readonly image?: string;
  readonly json?: true;
}

/** Milliseconds between two lines of progress. */
const progressPause = 2000;

/** `boardsmith verify`: whether a release, an image of it or a card is what its signers signed; everything that is wrong. */
export const verify: Verb = {
  define(program, terminal, exit) {
    describeVerb(
      program,
      'verify <what>',
      'hold a release folder, an image of it or a burnt card against the signatures; tell everything that is wrong',
      'boardsmith verify releases/skyminer-4-2 --pub first.pub --pub second.pub --threshold 2\n  boardsmith verify /dev/sdb --release releases/skyminer-4-2 --pub first.pub',
    )
      .addOption(publicKeysOption('public key whose signature counts'))
      .option('--threshold <n>', 'how many different ones must have signed (default: 1)', wholeNumber(1))
      .option('--min-release <n>', 'refuse a release with a smaller number', wholeNumber(1))
      .option('--ledger <file>', 'refuse a release older than one that this ledger has')
      .option(
        '--release <dir>',
        'the release that an image or a card is of (default: the folder above the image)',
      )
      .option('--image <name>', 'the image that a card should hold (default: what its root is)')
      .option('--json', 'print the verdict as one JSON object')
      .action(async (what: string, written: Written) => {
        const options = await verifyOptions(terminal, written);
        const path = resolve(terminal.currentDirectory, what);
        const { release, card } = await examine(path, terminal, written, options);
        const refusal = refusalOf(what, release, card);
        if (written.json) {
          terminal.out(JSON.stringify(verdictObject(release, card, refusal)));
          if (refusal !== null) exit(exitCodes[refusal.code]);
          return;
        }
        for (const line of releaseLines(release)) terminal.out(line);
        if (card !== null) for (const line of cardLines(card)) terminal.out(line);
        if (refusal !== null) throw refusal;
        terminal.out(card === null ? 'the release is as it was signed' : 'the card holds what was signed');
      });
  },
};

interface Examined {
  readonly release: ReleaseVerdict;
  readonly card: CardVerdict | null;
}

async function examine(
  path: string,
  terminal: Terminal,
  written: Written,
  options: VerifyOptions,
): Promise<Examined> {
  const state = await stat(path).catch((cause) => {
    throw new BoardsmithError('FILE_UNUSABLE', `there is no ${path}`, {
      hint: 'name the folder of a release, an image of it, or a card',
      cause,
    });
  });
  if (state.isDirectory()) return { release: await verifyRelease(path, options), card: null };
  const folder = releaseOf(path, terminal, written);
  if (/\.img\.(zst|xz)$/.test(path)) {
    return { release: await verifyPackedImage(folder, path, options), card: null };
  }
  const release = await verifyHead(folder, options);
  // What nobody signed is nothing to hold a card against.
  if (release.manifest === null || release.digest === null || release.problems.length > 0)
    return { release, card: null };
  const { signal, onProgress } = options;
  const image = chosenImage(release.manifest, written.image);
  const card = await verifyCard(path, release.manifest, release.digest, {
    signal,
    ...(state.isBlockDevice() ? { open: openDisk } : {}),
    ...(image === null ? {} : { image }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return { release, card };
}

/** Its name, as the list of units and `burn` find it too: by the recipe or a position. No card is at fault for one that is not there. */
function chosenImage(manifest: ReleaseManifest, named: string | undefined): string | null {
  if (named === undefined) return null;
  const found = findImage(manifest, named);
  if (typeof found !== 'string') return found.name;
  throw new BoardsmithError('USAGE', `the release has no image ${named}: ${found}`, {
    hint: `--image ${manifest.images.map(({ name }) => name).join(' or --image ')}`,
  });
}

async function openDisk(path: string): Promise<CardReader> {
  // Who may not read it hears the same as of a file.
  await (await CardBytes.open(path)).close();
  return await openUncached(path);
}

function releaseOf(path: string, terminal: Terminal, { release }: Written): string {
  if (release !== undefined) return resolve(terminal.currentDirectory, release);
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    if (existsSync(join(folder, manifestName))) return folder;
  }
  throw new BoardsmithError('USAGE', `the release of ${path} is not in a folder above it`, {
    hint: `boardsmith verify ${path} --release DIR --pub KEY`,
  });
}

async function verifyOptions(terminal: Terminal, written: Written): Promise<VerifyOptions> {
  const { pub = [], threshold, minRelease, ledger } = written;
  if (pub.length === 0) {
    throw new BoardsmithError('USAGE', 'nobody says whose signature counts', {
      hint: 'name their public keys: --pub KEY',
    });
  }
  const keys = await givenPublicKeys(terminal, pub);
  const known = ledger === undefined ? null : await historyOf(resolve(terminal.currentDirectory, ledger));
  return {
    keys,
    ...(threshold === undefined ? {} : { threshold }),
    minRelease: (name) => {
      const numbers = [minRelease, known?.newestRelease(name)].filter((number) => typeof number === 'number');
      return numbers.length === 0 ? null : Math.max(...numbers);
    },
    knownManifests: (name, number) => known?.manifestsOf(name, number) ?? [],
    signal: terminal.signal,
    onProgress: progressLines(terminal),
  };
}

/** A ledger that does not hold together says nothing. */
async function historyOf(file: string): Promise<LedgerHistory> {
  const { history, problems } = await checkLedger(file);
  if (problems.length === 0) return history;
  throw new BoardsmithError('LEDGER_INVALID', `the ledger ${file} does not hold together`, {
    hint: `boardsmith ledger check ${file}`,
    problems,
  });
}

/** A line now and then for whoever watches. */
function progressLines(terminal: Terminal): (done: number, total: number) => void {
  if (!terminal.interactive) return () => {};
  let next = performance.now() + progressPause;
  return (done, total) => {
    if (performance.now() < next) return;
    next = performance.now() + progressPause;
    terminal.note(`${formatBytes(done)} of ${formatBytes(total)}`);
  };
}

/** An error's object, where there is one, with all that was found. */
function verdictObject(
  release: ReleaseVerdict,
  card: CardVerdict | null,
  refusal: BoardsmithError | null,
): object {
  const { manifest, digest, signatures, strangers, folder } = release;
  const findings = [...release.problems, ...(card?.problems ?? [])];
  return {
    ...refusal?.toJSON(),
    sound: refusal === null,
    release: {
      folder,
      digest,
      ...(manifest === null
        ? {}
        : { name: manifest.name, number: manifest.number, version: manifest.version }),
      signatures,
      strangers,
    },
    card: card === null ? null : shownCard(card),
    problems: findings.map(problemLine),
    findings,
  };
}

/** No value of a setting or secret, and no seed. */
function shownCard({ card, image, differences, identity }: CardVerdict): object {
  const shown =
    identity === null
      ? null
      : {
          verdict: identity.verdict,
          unit: identity.unit === null ? null : shownUnit(identity.unit),
          certificate: identity.certificate,
          authority: identity.authority?.id ?? null,
        };
  return { path: card, image, differences, identity: shown };
}

/** What was wrong is told before. */
function refusalOf(what: string, release: ReleaseVerdict, card: CardVerdict | null): BoardsmithError | null {
  if (release.problems.length > 0) return invalidRelease(what, release.problems);
  if (card === null || card.problems.length === 0) return null;
  return new BoardsmithError('CARD_BAD', `${what} does not hold what was signed`, {
    hint: 'burn it again, or throw it away',
  });
}

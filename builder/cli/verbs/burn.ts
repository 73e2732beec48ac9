import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { Option } from 'commander';
import { type Batch, readBatch } from '../../burn/batch-files.ts';
import { burnCards, type CardWork } from '../../burn/burn-cards.ts';
import type { BurnEvent, CardFacts } from '../../burn/burn-event.ts';
import { type BurnableRelease, readBurnableRelease } from '../../burn/burnable-release.ts';
import { answeredBeforehand } from '../../burn/disks/answered-beforehand.ts';
import { chooseTargets } from '../../burn/disks/choose-targets.ts';
import { disksAsJson, formatDisks } from '../../burn/disks/format-disks.ts';
import { listDisks } from '../../burn/disks/list-disks.ts';
import { probeCard } from '../../burn/probe-card.ts';
import { slotOf } from '../../burn/target-slots.ts';
import { findImage } from '../../burn/units/find-image.ts';
import { readUnits } from '../../burn/units/read-units.ts';
import type { UnitToBurn } from '../../burn/units/unit-to-burn.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { checkLedger } from '../../ledger/check-ledger.ts';
import type { LedgerHistory } from '../../ledger/ledger-history.ts';
import { invalidLedger, type Ledger, openLedger } from '../../ledger/open-ledger.ts';
import type { ReleasedImage } from '../../release/release-manifest.ts';
import { readSecretKey } from '../../signature/secret-key.ts';
import { passwordAsker } from '../ask-password.ts';
import { burnProgress } from '../burn/burn-progress.ts';
import { burnSummary, confirmBurn } from '../burn/confirm-burn.ts';
import { givenPublicKeys, publicKeysOption } from '../public-keys-option.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { cacheFolder } from '../workspace.ts';
import { describeVerb, type Verb } from './verb.ts';

type Defaulted = Pick<BurnOptions, 'threshold' | 'verify' | 'probe'>;

interface BurnOptions {
  readonly pub: readonly string[];
  readonly threshold: number;
  readonly minRelease?: number;
  readonly image?: string;
  readonly units?: string;
  readonly batchKey?: string;
  readonly passwordFile?: string;
  readonly certificate?: string;
  readonly ledger?: string;
  readonly to: readonly string[];
  readonly serial: readonly string[];
  readonly yes?: true;
  readonly list?: true;
  readonly verify: boolean;
  readonly probe: boolean;
  readonly once?: true;
  readonly dryRun?: true;
  readonly allowLarge?: true;
  readonly allowFixed?: true;
  readonly overwrite?: true;
  readonly operator?: string;
  readonly cache?: string;
  readonly json?: true;
}

/** `boardsmith burn`: a signed release onto cards, a unit a card. */
export const burn: Verb = {
  define(program, terminal) {
    const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
    describeVerb(
      program,
      'burn [release]',
      'write images of a signed release onto cards, a unit of a list each, and read them back',
      [
        'boardsmith burn --list',
        'boardsmith burn release/ --pub team.pub --units units.csv --batch-key batch.key --certificate 2026-11-a.cert --ledger ledger.ndjson --to /dev/sdX',
        'boardsmith burn release/ --pub team.pub --image cxo --to cxo.img',
      ].join('\n  '),
    )
      .addOption(publicKeysOption('public key whose signature counts'))
      .option('--threshold <number>', 'how many of them must have signed', wholeNumber(1), 1)
      .option('--min-release <n>', 'refuse a release with a smaller number', wholeNumber(1))
      .option('--image <name>', 'image, recipe or position, for units whose line names none')
      .option(
        '--units <file>',
        'CSV: serial, image or position, mac, device_key, settings and secrets by their names',
      )
      .option('--batch-key <file>', "secret key of the batch, which signs the units' records")
      .option('--password-file <file>', "file whose first line is the batch key's password (default: ask)")
      .option('--certificate <file>', 'certificate of the batch, with its signature beside it')
      .option('--ledger <file>', 'append what was burnt to this ledger; units that are in it are left out')
      .option(
        '--to <place>',
        'a whole disk, or a file *.img for a dry run; several times for several at once',
        several,
      )
      .option('--serial <serial>', 'serial of each disk in the order of --to, for --yes', several)
      .option('--yes', 'ask nothing; only with the serial of each disk')
      .option('--list', 'show the disks of this machine, and why some are refused')
      .option('--no-verify', 'do not read back what was written: such units are not called verified')
      .option('--no-probe', 'do not try whether a card has the size that it claims')
      .option('--once', 'one card in each place, and no waiting for the next')
      .option('--dry-run', 'check everything and say what would be written; write nothing')
      .addOption(new Option('--allow-large', 'also disks that are larger than cards are'))
      .addOption(new Option('--allow-fixed', 'also disks that are not removable'))
      .option('--overwrite', 'also files that no dry run wrote')
      .option('--operator <name>', 'who burns, for the ledger (default: the user)')
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option('--json', 'print events as NDJSON; docs/burning.md names them')
      .action(async (release: string | undefined, written: Partial<BurnOptions> & Defaulted) => {
        const options: BurnOptions = { pub: [], to: [], serial: [], ...written };
        if (options.list) return await list(terminal, options.json === true);
        if (release === undefined) throw usage('name the folder of a release');
        await burnRelease(terminal, resolve(terminal.currentDirectory, release), options);
      });
  },
};

async function list(terminal: Terminal, json: boolean): Promise<void> {
  const listed = await listDisks();
  if (json) terminal.out(JSON.stringify({ disks: disksAsJson(listed) }));
  else for (const line of formatDisks(listed)) terminal.out(line);
}

async function burnRelease(terminal: Terminal, folder: string, options: BurnOptions): Promise<void> {
  requireTogether(options);
  const path = (file: string): string => resolve(terminal.currentDirectory, file);
  const keys = await givenPublicKeys(terminal, options.pub);
  const { history, ledger } = await ledgerOf(options, path);
  try {
    if (ledger?.repaired != null) terminal.note(`note: ${ledger.repaired}`);
    const release = await readBurnableRelease(folder, {
      keys,
      threshold: options.threshold,
      minRelease: (name) => Math.max(options.minRelease ?? 1, history?.newestRelease(name) ?? 1),
      knownManifests: (name, number) => history?.manifestsOf(name, number) ?? [],
      signal: terminal.signal,
    });
    const { works, batch, skipped, listed } = await readWorks(terminal, release, options, history);
    const { manifest, digest, signers } = release;
    const events: BurnEvent[] = [
      {
        event: 'release',
        name: manifest.name,
        number: manifest.number,
        version: manifest.version,
        manifest: digest,
        signers,
      },
      { event: 'units', listed, skipped, toBurn: works.length },
    ];
    await burnWorks(terminal, release, works, batch, ledger, events, options);
  } finally {
    await ledger?.release();
  }
}

/** From its opening on nobody else may write to a ledger. A dry run makes none, and changes none. */
async function ledgerOf(
  { ledger: file, dryRun }: BurnOptions,
  path: (file: string) => string,
): Promise<{ readonly history: LedgerHistory | null; readonly ledger: Ledger | null }> {
  if (file === undefined) return { history: null, ledger: null };
  if (dryRun) {
    if (!existsSync(path(file))) return { history: null, ledger: null };
    const { history, problems } = await checkLedger(path(file));
    if (problems.length > 0) throw invalidLedger(file, problems);
    return { history, ledger: null };
  }
  const ledger = await openLedger(path(file));
  return { history: ledger.history, ledger };
}

function requireTogether({ pub, to, units, batchKey, certificate, ledger, threshold }: BurnOptions): void {
  if (pub.length === 0) throw usage('--pub: without a key nothing says who signed the release');
  if (threshold > pub.length) throw usage(`--threshold ${threshold} needs as many --pub`);
  if (to.length === 0) throw usage('--to: name a disk or a file');
  const ofBatch = [units, batchKey, certificate];
  if (ofBatch.some((file) => file !== undefined) && ofBatch.includes(undefined)) {
    throw usage('--units, --batch-key and --certificate belong together');
  }
  if (ledger !== undefined && units === undefined) throw usage('--ledger means nothing without --units');
}

interface Works {
  readonly works: readonly CardWork[];
  readonly batch: Batch | null;
  readonly listed: number;
  readonly skipped: readonly string[];
}

async function readWorks(
  terminal: Terminal,
  release: BurnableRelease,
  options: BurnOptions,
  history: LedgerHistory | null,
): Promise<Works> {
  const { manifest } = release;
  const image = chosenImage(release, options.image);
  const { units: file, batchKey, certificate } = options;
  if (file === undefined || batchKey === undefined || certificate === undefined) {
    if (image === null)
      throw usage(`--image: name one of ${manifest.images.map(({ name }) => name).join(', ')}`);
    const needed = [...image.unit.settings, ...image.unit.secrets].filter(({ required }) => required);
    if (needed.length > 0) {
      throw new BoardsmithError(
        'UNITS_INVALID',
        `${image.name} does not start without ${needed.map(({ name }) => name).join(', ')}`,
        {
          hint: 'list units that have them: --units units.csv',
        },
      );
    }
    return { works: options.to.map(() => ({ image, unit: null })), batch: null, listed: 0, skipped: [] };
  }
  const path = (name: string): string => resolve(terminal.currentDirectory, name);
  const password = options.passwordFile === undefined ? undefined : path(options.passwordFile);
  const key = await readSecretKey(path(batchKey), passwordAsker(terminal, password));
  const batch = await readBatch(path(certificate), key, release, manifest.images);
  const units = await readUnits(path(file), { manifest, certificate: batch.certificate, image });
  const skipped = units.filter(({ serial }) => isBurnt(history, serial)).map(({ serial }) => serial);
  const works = units
    .filter(({ serial }) => !skipped.includes(serial))
    .map((unit) => ({ unit, image: unit.image }));
  return { works, batch, listed: units.length, skipped };
}

function chosenImage({ manifest }: BurnableRelease, name: string | undefined): ReleasedImage | null {
  if (name === undefined) return manifest.images.length === 1 ? manifest.images[0]! : null;
  const found = findImage(manifest, name);
  if (typeof found !== 'string') return found;
  throw usage(`the release has no image ${name}: ${found}`);
}

/** A unit whose last card was good needs no other. */
function isBurnt(history: LedgerHistory | null, serial: string): boolean {
  const last = history?.unit(serial).at(-1);
  return last !== undefined && last.result !== 'failed';
}

async function burnWorks(
  terminal: Terminal,
  release: BurnableRelease,
  works: readonly CardWork[],
  batch: Batch | null,
  ledger: Ledger | null,
  events: readonly BurnEvent[],
  options: BurnOptions,
): Promise<void> {
  const json = options.json === true;
  const demands = {
    imageSize: Math.max(0, ...works.map(({ image }) => image.raw.size)),
    allowLarge: options.allowLarge === true,
    allowFixed: options.allowFixed === true,
    overwrite: options.overwrite === true,
  };
  const named = options.to.map((place) => placeIn(terminal.currentDirectory, place));
  const targets = await chooseTargets(named, demands);
  const isAnswered = answeredBeforehand(
    { yes: options.yes === true, named, serials: options.serial },
    targets,
  );
  const skipped = events.flatMap((event) => (event.event === 'units' ? event.skipped : []));
  if (!json) {
    for (const line of burnSummary(release, works, targets)) terminal.note(line);
    if (ledger !== null && targets.some(({ kind }) => kind === 'file')) {
      terminal.note('note: with --ledger a unit in a file counts as burnt; leave it out for a try');
    }
    if (skipped.length > 0) terminal.note(`in the ledger already, and left out: ${skipped.join(', ')}`);
  }
  if (works.length === 0 || options.dryRun) {
    if (json) for (const event of events) terminal.out(JSON.stringify(event));
    else terminal.note(works.length === 0 ? 'nothing is left to burn' : 'nothing was written');
    return;
  }
  if (!isAnswered) await confirmBurn(terminal, targets);
  await openBatch(release, batch, ledger);
  const progress = burnProgress(terminal, json, works.length);
  for (const event of events) progress.observe(event);
  try {
    await burnCards({
      releaseFolder: release.folder,
      release: release.digest,
      cache: cacheFolder(terminal, options.cache),
      works,
      slots: targets.map((target) => slotOf(target, demands)),
      batch:
        batch === null ? null : { name: batch.certificate.batch, certificate: batch.signed, key: batch.key },
      record: ledger === null ? null : async (entry) => void (await ledger.append(entry)),
      seenCard: (card) => [
        ...new Set(ledger?.history.seenBefore({ card }).map(({ record }) => record.serial)),
      ],
      seenUnit: (unit, card) =>
        ledger === null
          ? []
          : [...knownAsAnothers(ledger.history, unit), ...begunElsewhere(ledger.history, unit, card)],
      probe: options.probe ? probeCard : null,
      verify: options.verify,
      once: options.once === true,
      operator: options.operator ?? terminal.environment.SUDO_USER ?? userInfo().username,
      signal: terminal.signal,
      onEvent: progress.observe,
    });
  } finally {
    await progress.finish();
  }
}

/** A device key or a MAC that two units have makes one of both of them to whoever knows units by it. */
function knownAsAnothers(history: LedgerHistory, { serial, mac, deviceKey }: UnitToBurn): string[] {
  const seen = history.seenBefore({ mac, ...(deviceKey && { devicePublicKey: deviceKey.publicKey }) });
  const others = seen.filter(({ record }) => record.serial !== serial);
  return [
    ...new Set(others.map(({ what, record }) => `the ledger knows its ${what} as that of ${record.serial}`)),
  ];
}

/**
 * A machine that was cut off leaves such a line: two cards may then be the same unit. Where a reader tells its own serial alone, all cards in it have the same name: it may
 * have been this one or another.
 */
function begunElsewhere(
  { begun }: LedgerHistory,
  { serial }: UnitToBurn,
  { cardId, ownId }: Pick<CardFacts, 'cardId' | 'ownId'>,
): string[] {
  return begun
    .filter((record) => record.serial === serial && (record.card !== cardId || !ownId))
    .map(({ card, line }) => {
      const which = card === cardId ? ', unless it is this one' : '';
      return `it was begun on the card ${card} (line ${line} of the ledger), and nothing says how that ended: look for that card${which}`;
    });
}

/** Files lie in the terminal's folder. A disk is clearly named by its whole path alone: a relative one that leads there stays what it is, and is refused. */
function placeIn(currentDirectory: string, place: string): string {
  const whole = resolve(currentDirectory, place);
  return isAbsolute(place) || whole.startsWith('/dev/') ? place : whole;
}

async function openBatch(
  { manifest, digest }: BurnableRelease,
  batch: Batch | null,
  ledger: Ledger | null,
): Promise<void> {
  if (ledger === null || batch === null) return;
  const { manufacturer, batch: name, key } = batch.certificate;
  const known = ledger.history.batch(name);
  if (known !== undefined) {
    const problems = [
      ...(known.closed === null ? [] : [`batch ${name} was closed in line ${known.closed.line}`]),
      ...(known.opened.release === digest ? [] : [`batch ${name} was opened for another release`]),
      ...(known.opened.key === key ? [] : [`batch ${name} was opened with another key`]),
    ];
    if (problems.length === 0) return;
    throw new BoardsmithError('UNITS_INVALID', `nothing more can be burnt for batch ${name}`, {
      hint: 'take the certificate of another batch, or another ledger; nothing was written',
      problems,
    });
  }
  await ledger.append({
    kind: 'batch-opened',
    ...{ manufacturer, batch: name, key, release: digest },
    ...{ releaseName: manifest.name, releaseNumber: manifest.number, releaseVersion: manifest.version },
  });
}

function usage(message: string): BoardsmithError {
  return new BoardsmithError('USAGE', message, { hint: 'boardsmith burn --help' });
}

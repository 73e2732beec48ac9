import { join } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { type DeviceKey, makeDeviceKey } from '../identity/device-key.ts';
import { encodeIdentity, type SignedCertificate } from '../identity/identity-partition.ts';
import { mapBlockSize } from '../image/block-map.ts';
import type { UnitBegun, UnitBurnt } from '../ledger/ledger-record.ts';
import type { ReleasedImage } from '../release/release-manifest.ts';
import type { SigningKey } from '../signature/keys.ts';
import { burnError, type CardEnd } from './burn-end.ts';
import type { BurnEvent, CardFacts, OfCard } from './burn-event.ts';
import { type CardFailure, cardFailure } from './card-failure.ts';
import type { CardSlot, ClaimedCard } from './card-slot.ts';
import { openDecompressed } from './decompressed-image.ts';
import type { UnitToBurn } from './units/unit-to-burn.ts';
import { planWipe } from './wipe/plan-wipe.ts';
import { type CardBuffers, cardBuffers } from './write/card-buffers.ts';
import type { RawImage } from './write/card-contents.ts';
import { earlierAttempt } from './write/earlier-attempt.ts';
import { Journal } from './write/journal.ts';
import { type CardProgress, writeCard } from './write/write-card.ts';

/** What the ledger is told of a card; the ledger itself adds its chain and the time. */
export type UnitEntry = Omit<UnitBurnt, 'previous' | 'line' | 'time'>;

export type BegunEntry = Omit<UnitBegun, 'previous' | 'line' | 'time'>;

/** A card's work: a unit of the list, or an image alone. */
export type CardWork = { readonly image: ReleasedImage; readonly unit: UnitToBurn | null };

export interface BurnJob {
  readonly releaseFolder: string;
  /** sha256 of manifest.json. */
  readonly release: string;
  readonly cache: string;
  readonly works: readonly CardWork[];
  readonly slots: readonly CardSlot[];
  /** What identities are signed with; null without a list of units. */
  readonly batch: {
    readonly name: string;
    readonly certificate: SignedCertificate;
    readonly key: SigningKey;
  } | null;
  /** Keeps what was burnt. @throws BoardsmithError if it cannot, which ends everything */
  readonly record: ((entry: BegunEntry | UnitEntry) => Promise<void>) | null;
  /** Serials that a card was burnt for before, by what the ledger knows it by. */
  readonly seenCard: (cardId: string) => readonly string[];
  /** What of a unit the ledger knows as another's, a sentence each. */
  readonly seenUnit: (unit: UnitToBurn, card: Pick<CardFacts, 'cardId' | 'ownId'>) => readonly string[];
  /** Finds out whether a card has the size that it claims; it destroys what is on it. null: not asked for. */
  readonly probe:
    | ((
        card: ClaimedCard,
        tell: (bytes: number, total: number) => void,
        signal: AbortSignal,
      ) => Promise<CardFailure | null>)
    | null;
  readonly verify: boolean;
  /** One card a slot, and no waiting for others. */
  readonly once: boolean;
  readonly operator: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BurnEvent) => void;
}

/**
 * Burns units onto cards, each slot at its own speed: when a card is done the slot waits for another one and takes the next unit. A card that fails does so alone; its
 * unit is given to the next card of that slot.
 * @throws BoardsmithError as `burnError` says, after everything else was finished; at once what is no card's fault
 */
export async function burnCards(job: BurnJob): Promise<readonly CardEnd[]> {
  const burner = new Burner(job);
  try {
    await burner.openImages();
    await burner.run();
  } finally {
    await burner.close();
  }
  const { ends } = burner;
  const error = burnError(ends, job.signal.aborted);
  const count = (result: CardEnd['result']): number => ends.filter((end) => end.result === result).length;
  job.onEvent({
    event: 'end',
    verified: count('verified'),
    notVerified: count('not-verified'),
    failed: count('failed'),
    left: burner.left,
    code: error?.code ?? 'OK',
  });
  if (error !== null) throw error;
  return ends;
}

class Burner {
  readonly ends: CardEnd[] = [];
  readonly #job: BurnJob;
  readonly #waiting: CardWork[];
  readonly #raws = new Map<string, RawImage>();
  /** Ends the other slots when something fails that is no card's fault. */
  readonly #abandon = new AbortController();
  readonly #signal: AbortSignal;
  #recording: Promise<void> = Promise.resolve();

  constructor(job: BurnJob) {
    this.#job = job;
    this.#waiting = [...job.works];
    this.#signal = AbortSignal.any([job.signal, this.#abandon.signal]);
  }

  /** Serials that no card was burnt for. */
  get left(): string[] {
    const burnt = new Set(this.ends.filter(({ failure }) => failure === null).map(({ unit }) => unit));
    return this.#job.works.flatMap(({ unit }) =>
      unit === null || burnt.has(unit.serial) ? [] : [unit.serial],
    );
  }

  async openImages(): Promise<void> {
    const { cache, releaseFolder, verify, signal, onEvent, works } = this.#job;
    for (const image of new Set(works.map((work) => work.image))) {
      const { name } = image;
      const { sha256, size } = image.raw;
      let told = 0;
      const onProgress = (bytes: number): void => {
        // A line for each 64 MiB is enough.
        if (bytes - told < 64 << 20) return;
        told = bytes;
        onEvent({ event: 'image-progress', image: name, bytes, total: size });
      };
      const raw = await openDecompressed(image, { cache, releaseFolder, verify, signal, onProgress });
      this.#raws.set(name, raw);
      const mapped = image.mapped.reduce(
        (sum, { first, last }) => sum + (last + 1 - first) * mapBlockSize,
        0,
      );
      onEvent({ event: 'image', image: name, sha256, size, mapped, cached: raw.cached });
    }
  }

  async run(): Promise<void> {
    const slots = this.#job.slots.map(async (slot) => {
      try {
        await this.#serve(slot);
      } catch (error) {
        this.#abandon.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(slots);
    if (this.#abandon.signal.aborted) throw this.#abandon.signal.reason;
  }

  async close(): Promise<void> {
    for (const raw of this.#raws.values()) await raw.close();
  }

  async #serve(slot: CardSlot): Promise<void> {
    const { once, onEvent } = this.#job;
    let work = this.#waiting.shift();
    // Only a slot that has work takes memory.
    const buffers = work === undefined ? null : cardBuffers();
    while (work !== undefined && buffers !== null && !this.#signal.aborted) {
      const end = await this.#burn(slot, work, buffers);
      this.ends.push(end);
      if (end.failure === null) work = this.#waiting.shift();
      if (work === undefined || once || !slot.reusable || this.#signal.aborted) return;
      onEvent({ event: 'change-card', card: slot.path, unit: work.unit?.serial ?? null });
      try {
        await slot.changed(this.#signal);
      } catch (error) {
        if (!this.#signal.aborted) throw error;
      }
    }
  }

  /** One card from beginning to end, with its line in the ledger. */
  async #burn(slot: CardSlot, work: CardWork, buffers: CardBuffers): Promise<CardEnd> {
    const { onEvent } = this.#job;
    const of: OfCard = { card: slot.path, unit: work.unit?.serial ?? null };
    const deviceKey = work.unit?.deviceKey ?? makeDeviceKey();
    let claimed: ClaimedCard | null = null;
    let complete = false;
    try {
      claimed = await slot.claim(work.image.raw.size);
      const done = await this.#write(claimed, work, deviceKey, of, buffers);
      complete = true;
      await this.#record(work, deviceKey, claimed, done.result, null);
      onEvent({ event: 'done', ...of, ...done });
      return { ...of, result: done.result, failure: null };
    } catch (error) {
      const failure = error instanceof FailedProbe ? error.failure : cardFailure(error);
      if (failure === null || complete) throw error;
      if (claimed !== null) await this.#record(work, deviceKey, claimed, 'failed', failure);
      onEvent({ event: 'failed', ...of, ...failure });
      return { ...of, result: 'failed', failure };
    } finally {
      await claimed?.release(complete);
    }
  }

  async #write(
    card: ClaimedCard,
    { image, unit }: CardWork,
    deviceKey: DeviceKey,
    of: OfCard,
    buffers: CardBuffers,
  ) {
    const { cache, verify, onEvent } = this.#job;
    const started = performance.now();
    const { device, facts } = card;
    onEvent({ event: 'card', ...of, ...facts, image: image.name });
    const seen = facts.ownId ? this.#job.seenCard(facts.cardId) : [];
    const before = seen.filter((serial) => serial !== of.unit);
    if (before.length > 0) {
      onEvent({
        event: 'warning',
        ...of,
        what: `the ledger knows this card as that of ${before.join(', ')}`,
      });
    }
    for (const what of unit === null ? [] : this.#job.seenUnit(unit, facts))
      onEvent({ event: 'warning', ...of, what });
    const meter = progressMeter(of, onEvent);
    const journal = new Journal(join(cache, 'burn', 'begun'), facts.cardId, image.raw.sha256);
    // What was probed when it was begun is not probed again, which would destroy what is on it.
    let probed = (await earlierAttempt(device, journal, image, buffers.back))?.probed ?? false;
    if (this.#job.probe !== null && !probed) {
      const tell = (bytes: number, total: number): void => meter({ phase: 'probe', bytes, total });
      const failure = await this.#job.probe(card, tell, this.#signal);
      if (failure !== null) throw new FailedProbe(failure);
      probed = true;
    }
    await this.#begin(unit, deviceKey, card);
    const written = await writeCard({
      device,
      image,
      raw: this.#raws.get(image.name)!,
      identity: this.#identity(image, unit, deviceKey),
      wipe: card.blank ? [] : planWipe(image, device.size),
      buffers,
      journal,
      probed,
      verify,
      signal: this.#signal,
      onProgress: meter,
    });
    const { written: bytes, readBack, resumed } = written;
    const result = written.verified ? ('verified' as const) : ('not-verified' as const);
    return {
      result,
      written: bytes,
      readBack,
      resumed,
      milliseconds: Math.round(performance.now() - started),
    };
  }

  #identity(image: ReleasedImage, unit: UnitToBurn | null, key: DeviceKey): Uint8Array | null {
    const { batch } = this.#job;
    if (unit === null || batch === null || image.unit.authorities.length === 0) return null;
    const { serial, mac, cluster, position, settings, secrets } = unit;
    const identity = { serial, image: image.name, mac, cluster, position, settings, secrets };
    const keys = { devicePublicKey: key.publicKey, deviceSeed: key.seed };
    return encodeIdentity(batch.certificate, { ...identity, ...keys }, batch.key);
  }

  /** If this machine is cut off, the ledger knows that a card may hold the unit. */
  async #begin(unit: UnitToBurn | null, key: DeviceKey, { facts }: ClaimedCard): Promise<void> {
    const { batch, operator } = this.#job;
    if (unit === null || batch === null) return;
    const { serial } = unit;
    const names = { batch: batch.name, serial, card: facts.cardId, devicePublicKey: key.publicKey };
    await this.#append({ kind: 'unit-begun', ...names, operator }, 'begun');
  }

  async #record(
    { image, unit }: CardWork,
    key: DeviceKey,
    { facts }: ClaimedCard,
    result: UnitBurnt['result'],
    failure: CardFailure | null,
  ): Promise<void> {
    const { batch, release, operator } = this.#job;
    if (unit === null || batch === null) return;
    const entry: UnitEntry = {
      kind: 'unit',
      batch: batch.name,
      serial: unit.serial,
      image: image.name,
      imageSha256: image.raw.sha256,
      release,
      card: facts.cardId,
      cardSize: facts.size,
      devicePublicKey: key.publicKey,
      mac: unit.mac,
      cluster: unit.cluster,
      position: unit.position,
      settings: Object.keys(unit.settings).sort(),
      secrets: Object.keys(unit.secrets).sort(),
      result,
      fault: failure === null ? null : { what: failure.what, offset: failure.offset },
      operator,
    };
    await this.#append(entry, result);
  }

  /** One after the other: a ledger is a chain. */
  async #append(entry: BegunEntry | UnitEntry, what: string): Promise<void> {
    const { record } = this.#job;
    if (record === null) return;
    const turn = this.#recording.then(async () => await record(entry));
    this.#recording = turn.catch(() => undefined);
    try {
      await turn;
    } catch (cause) {
      if (!(cause instanceof BoardsmithError)) throw cause;
      throw new BoardsmithError(
        cause.code,
        `unit ${entry.serial} (${what}) is not in the ledger: ${cause.message}`,
        {
          hint: cause.hint ?? 'make the ledger writable',
          problems: cause.problems,
          cause,
        },
      );
    }
  }
}

class FailedProbe extends Error {
  readonly failure: CardFailure;

  constructor(failure: CardFailure) {
    super(failure.what);
    this.failure = failure;
  }
}

/** Turns what a card's writing tells into events with a speed. */
function progressMeter(
  of: OfCard,
  onEvent: BurnJob['onEvent'],
): (progress: {
  readonly phase: CardProgress['phase'] | 'probe';
  readonly bytes: number;
  readonly total: number;
}) => void {
  let current = '';
  let began = 0;
  return ({ phase, bytes, total }) => {
    const now = performance.now();
    if (phase !== current || bytes === 0) [current, began] = [phase, now];
    const seconds = (now - began) / 1000;
    const bytesPerSecond = bytes === 0 || seconds === 0 ? 0 : Math.round(bytes / seconds);
    onEvent({ event: 'progress', ...of, phase, bytes, total, bytesPerSecond });
  };
}

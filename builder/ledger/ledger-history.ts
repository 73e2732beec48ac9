import { Ajv } from 'ajv';
import { verifyPrehashed } from '../signature/ed25519.ts';
import type { BatchClosed, BatchOpened, LedgerRecord, UnitBegun, UnitBurnt } from './ledger-record.ts';
import { closingBytes, lineDigest, noPrevious, recordLine } from './record-line.ts';
import { recordSchema } from './record-schema.ts';

const isRecord = new Ajv({
  allErrors: true,
  discriminator: true,
  allowUnionTypes: true,
}).compile<LedgerRecord>(recordSchema);

/** A batch as its ledger tells it. */
export interface Batch {
  readonly opened: BatchOpened;
  readonly closed: BatchClosed | null;
  /** Units by result: one line each, so a unit that was burnt again counts again. */
  readonly counts: Pick<BatchClosed, 'verified' | 'notVerified' | 'failed'>;
}

/** Something of a new unit that an earlier line has too. */
export interface Sighting {
  readonly what: 'unit' | 'device key' | 'MAC' | 'card';
  readonly record: UnitBurnt;
}

/** What of a unit may have been seen before. What is left out or null is not looked for. */
export interface SoughtUnit {
  readonly serial?: string;
  readonly devicePublicKey?: string;
  readonly mac?: string | null;
  readonly card?: string;
}

/** What the lines of a ledger say, one after the other, and what is wrong with each in the light of those before it. */
export class LedgerHistory {
  readonly #units: UnitBurnt[] = [];
  readonly #batches = new Map<string, { opened: BatchOpened; closed: BatchClosed | null; counts: Counts }>();
  /** By serial and card. */
  readonly #begun = new Map<string, UnitBegun>();
  readonly #bySerial = new Map<string, UnitBurnt[]>();
  readonly #byDeviceKey = new Map<string, UnitBurnt[]>();
  readonly #byMac = new Map<string, UnitBurnt[]>();
  readonly #byCard = new Map<string, UnitBurnt[]>();
  #head = noPrevious;
  #lines = 0;

  /** sha256 of the last line: whoever keeps it can later tell that nothing before was changed. 64 zeros if there is none. */
  get head(): string {
    return this.#head;
  }

  get lines(): number {
    return this.#lines;
  }

  get units(): readonly UnitBurnt[] {
    return this.#units;
  }

  /** Units of which nothing says how their card ended, in their order. */
  get begun(): readonly UnitBegun[] {
    return [...this.#begun.values()];
  }

  /** In the order in which they were opened. */
  get batches(): readonly Batch[] {
    return [...this.#batches.values()];
  }

  batch(name: string): Batch | undefined {
    return this.#batches.get(name);
  }

  /** Lines of a unit, in their order: the last one is what it holds now. */
  unit(serial: string): readonly UnitBurnt[] {
    return this.#bySerial.get(serial) ?? [];
  }

  /** Earlier lines with the same serial, device key, MAC or card, in their order. */
  seenBefore({ serial, devicePublicKey, mac, card }: SoughtUnit): Sighting[] {
    const of = (what: Sighting['what'], records: readonly UnitBurnt[] = []): Sighting[] =>
      records.map((record) => ({ what, record }));
    return [
      ...of('unit', this.#bySerial.get(serial ?? '')),
      ...of('device key', this.#byDeviceKey.get(devicePublicKey ?? '')),
      ...of('MAC', this.#byMac.get(mac ?? '')),
      ...of('card', this.#byCard.get(card ?? '')),
    ];
  }

  /** The largest number of a release of this name that a batch was opened for; null if there is none. */
  newestRelease(name: string): number | null {
    const numbers = this.batches
      .filter(({ opened }) => opened.releaseName === name)
      .map(({ opened }) => opened.releaseNumber);
    return numbers.length === 0 ? null : Math.max(...numbers);
  }

  /** sha256 of the manifest of each release of this name and number that a batch was opened for. */
  manifestsOf(name: string, number: number): string[] {
    const opened = this.batches.map((batch) => batch.opened);
    const same = opened.filter(
      ({ releaseName, releaseNumber }) => releaseName === name && releaseNumber === number,
    );
    return [...new Set(same.map(({ release }) => release))];
  }

  /**
   * Reads the next line.
   * @param line without its newline
   * @returns everything that is wrong with it; it is taken in all the same, as far as it can be read
   */
  read(line: Buffer): string[] {
    this.#lines++;
    const previous = this.#head;
    this.#head = lineDigest(line);
    const record = recordOf(line);
    if (Array.isArray(record)) return record;
    const problems: string[] = [];
    if (!Buffer.from(recordLine(record)).equals(line)) {
      problems.push('it is not in canonical form: a name given twice, white space, or names out of order');
    }
    if (record.line !== this.#lines) problems.push(`it says that it is line ${record.line}`);
    if (record.previous !== previous) {
      problems.push(
        this.#lines === 1
          ? 'it is not the first line of a ledger: lines were taken out'
          : `it does not follow line ${this.#lines - 1}: that one was changed, or lines were taken out, put in or moved`,
      );
    }
    problems.push(...this.faultsOf(record));
    this.#take(record);
    return problems;
  }

  /** What is wrong with a record in the light of its batch. */
  faultsOf(record: LedgerRecord): string[] {
    const batch = this.#batches.get(record.batch);
    if (record.kind === 'batch-opened') {
      return batch === undefined
        ? []
        : [`batch ${record.batch} was opened before, in line ${batch.opened.line}`];
    }
    if (batch === undefined) return [`batch ${record.batch} was not opened`];
    const problems: string[] = [];
    if (batch.closed !== null) problems.push(`batch ${record.batch} was closed in line ${batch.closed.line}`);
    if (record.kind === 'unit-begun') return problems;
    if (record.kind === 'unit') {
      if (record.release !== batch.opened.release) {
        problems.push(`it was burnt from another release than batch ${record.batch} is for`);
      }
      if ((record.result === 'failed') !== (record.fault !== null)) {
        problems.push('a failed unit has a fault, and no other has one');
      }
      return problems;
    }
    for (const result of ['verified', 'notVerified', 'failed'] as const) {
      if (record[result] === batch.counts[result]) continue;
      problems.push(`${result} is ${record[result]}, but the batch has ${batch.counts[result]}`);
    }
    const key = Buffer.from(batch.opened.key, 'hex');
    if (!verifyPrehashed(closingBytes(record), Buffer.from(record.signature, 'hex'), key)) {
      problems.push("its signature is not by the batch's key, or not over this line");
    }
    return problems;
  }

  #take(record: LedgerRecord): void {
    const batch = this.#batches.get(record.batch);
    switch (record.kind) {
      case 'batch-opened':
        if (batch === undefined) {
          const counts = { verified: 0, notVerified: 0, failed: 0 };
          this.#batches.set(record.batch, { opened: record, closed: null, counts });
        }
        break;
      case 'batch-closed':
        if (batch !== undefined) batch.closed ??= record;
        break;
      case 'unit-begun':
        this.#begun.set(`${record.serial}\n${record.card}`, record);
        break;
      case 'unit':
        this.#begun.delete(`${record.serial}\n${record.card}`);
        if (batch !== undefined) batch.counts[countOf[record.result]]++;
        this.#units.push(record);
        note(this.#bySerial, record.serial, record);
        note(this.#byDeviceKey, record.devicePublicKey, record);
        note(this.#byCard, record.card, record);
        if (record.mac !== null) note(this.#byMac, record.mac, record);
        break;
    }
  }
}

/** The record that a line holds, or what is wrong with its shape. */
export function recordOf(line: Buffer): LedgerRecord | string[] {
  let record: unknown;
  try {
    record = JSON.parse(line.toString());
  } catch {
    return ['it is no JSON'];
  }
  if (isRecord(record)) return record;
  return (isRecord.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`);
}

type Counts = Record<'verified' | 'notVerified' | 'failed', number>;

const countOf = { verified: 'verified', 'not-verified': 'notVerified', failed: 'failed' } as const;

function note(records: Map<string, UnitBurnt[]>, key: string, record: UnitBurnt): void {
  const known = records.get(key);
  if (known === undefined) records.set(key, [record]);
  else known.push(record);
}

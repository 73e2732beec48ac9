import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { syncFolder } from '../lock/sync-folder.ts';
import type { SigningKey } from '../signature/keys.ts';
import { type LedgerHistory, recordOf } from './ledger-history.ts';
import type { BatchClosed, BatchOpened, LedgerRecord, UnitBegun, UnitBurnt } from './ledger-record.ts';
import { readHistory } from './read-history.ts';
import { closingBytes, recordLine } from './record-line.ts';
import { lockForWriting, type WriterLock } from './writer-lock.ts';

type WithoutChain<Of extends LedgerRecord> = Omit<Of, 'previous' | 'line' | 'time'>;
/** What is appended; its place in the chain and its time are added. */
export type NewRecord = WithoutChain<BatchOpened> | WithoutChain<UnitBegun> | WithoutChain<UnitBurnt>;

/** A ledger that this process alone writes to. */
export interface Ledger {
  /** What all lines say, those that were appended too. */
  readonly history: LedgerHistory;
  /** What was cut off the end when it was opened, in words; null if nothing was. */
  readonly repaired: string | null;
  /**
   * Adds a line; when this resolves the disk has it. Calls that overlap are done one after the other.
   * @throws BoardsmithError UNITS_INVALID if it does not fit the batch; FILE_UNUSABLE if it cannot be written: then the ledger is as it was
   * before, or (where even that cannot be had) takes no more lines
   */
  append(record: NewRecord): Promise<LedgerRecord>;
  /**
   * Ends a batch: counts its units and signs the line, and by the chain all lines before it.
   * @param key the one that the batch was opened with
   * @throws BoardsmithError KEY_UNUSABLE for another key; UNITS_INVALID if the batch is not open; FILE_UNUSABLE
   */
  closeBatch(batch: string, key: SigningKey): Promise<BatchClosed>;
  /** Lets others write. */
  release(): Promise<void>;
}

export interface LedgerOptions {
  /** The clock; the machine's if left out. */
  readonly now?: () => Date;
  /** How bytes are put into the file; tests let it fail. */
  readonly write?: (handle: FileHandle, bytes: Uint8Array) => Promise<number>;
}

/**
 * Opens a ledger to write to it (making it, if it is not there), and holds every line of it against the one before.
 * @param file `ledger.ndjson`
 * @throws BoardsmithError LEDGER_INVALID with everything that is wrong; FILE_UNUSABLE: not to be written, or somebody else writes to it
 */
export async function openLedger(file: string, options: LedgerOptions = {}): Promise<Ledger> {
  let handle: FileHandle;
  try {
    handle = await openOrMake(file);
  } catch (cause) {
    throw unwritable(file, cause);
  }
  let lock: WriterLock | undefined;
  try {
    const state = await handle.stat();
    if (!state.isFile()) throw unwritable(file, new Error('it is no file'));
    lock = await lockForWriting(file, state);
    await syncFolder(dirname(file));
    const { history, problems, size, torn } = await readHistory(handle, file);
    if (problems.length > 0) throw invalidLedger(file, problems);
    if (torn > 0) {
      await handle.truncate(size);
      await handle.sync();
    }
    const repaired =
      torn > 0 ? `${file}: a half line of ${torn} bytes at its end, left by a crash, was cut off` : null;
    return new OpenLedger(file, handle, lock, history, repaired, size, options);
  } catch (error) {
    await lock?.release();
    await handle.close();
    throw error;
  }
}

async function openOrMake(file: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW } = constants;
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW;
  let made: FileHandle;
  try {
    made = await open(file, flags | O_CREAT | O_EXCL, 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await open(file, flags);
  }
  try {
    await giveToFoldersOwner(made, dirname(file));
    return made;
  } catch (error) {
    await made.close();
    throw error;
  }
}

/** Cards are opened as root; the ledger that came of it is whose folder it lies in, who closes the batch without being root. */
async function giveToFoldersOwner(handle: FileHandle, folder: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  if (uid !== 0) await handle.chown(uid, gid);
}

class OpenLedger implements Ledger {
  readonly history: LedgerHistory;
  readonly repaired: string | null;
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #lock: WriterLock;
  readonly #now: () => Date;
  readonly #write: (handle: FileHandle, bytes: Uint8Array) => Promise<number>;
  /** Bytes that the file must have: all whole lines. */
  #size: number;
  /** What keeps it from taking more lines. */
  #broken: unknown;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    file: string,
    handle: FileHandle,
    lock: WriterLock,
    history: LedgerHistory,
    repaired: string | null,
    size: number,
    options: LedgerOptions,
  ) {
    this.#file = file;
    this.#handle = handle;
    this.#lock = lock;
    this.history = history;
    this.repaired = repaired;
    this.#size = size;
    this.#now = options.now ?? (() => new Date());
    this.#write = options.write ?? (async (to, bytes) => (await to.write(bytes)).bytesWritten);
  }

  async append(record: NewRecord): Promise<LedgerRecord> {
    return await this.#inTurn(async () => await this.#add({ ...record, ...this.#link() } as LedgerRecord));
  }

  async closeBatch(name: string, key: SigningKey): Promise<BatchClosed> {
    return await this.#inTurn(async () => {
      const batch = this.history.batch(name);
      if (batch === undefined) throw doesNotFit(this.#file, [`batch ${name} was not opened`]);
      if (Buffer.from(key.publicKey.bytes).toString('hex') !== batch.opened.key) {
        throw new BoardsmithError(
          'KEY_UNUSABLE',
          `batch ${name} was opened with another key than ${key.publicKey.id}`,
          {
            hint: "close it with the batch's own key",
          },
        );
      }
      const unsigned = { kind: 'batch-closed', batch: name, ...batch.counts, ...this.#link() } as const;
      const signature = Buffer.from(key.sign(closingBytes(unsigned))).toString('hex');
      const closed: BatchClosed = { ...unsigned, signature };
      await this.#add(closed);
      return closed;
    });
  }

  async release(): Promise<void> {
    await this.#inTurn(async () => {
      this.#broken = new Error('it was closed');
      await this.#handle.close();
      await this.#lock.release();
    });
  }

  #link(): Pick<LedgerRecord, 'previous' | 'line' | 'time'> {
    const time = this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    return { previous: this.history.head, line: this.history.lines + 1, time };
  }

  async #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(task);
    this.#turn = turn.catch(() => {});
    return await turn;
  }

  async #add(record: LedgerRecord): Promise<LedgerRecord> {
    if (this.#broken !== undefined) throw unwritable(this.#file, this.#broken);
    const line = Buffer.from(recordLine(record));
    const shape = recordOf(line);
    const faults = Array.isArray(shape) ? shape : this.history.faultsOf(record);
    if (faults.length > 0) throw doesNotFit(this.#file, faults);
    await this.#put(Buffer.concat([line, Buffer.from('\n')]));
    this.history.read(line);
    return record;
  }

  async #put(bytes: Buffer): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size !== this.#size) {
      this.#broken = new Error('somebody else wrote to it, perhaps on another machine');
      throw unwritable(this.#file, this.#broken);
    }
    try {
      for (let done = 0; done < bytes.length; ) done += await this.#write(this.#handle, bytes.subarray(done));
      await this.#handle.sync();
    } catch (cause) {
      await this.#takeBack(cause);
      throw unwritable(this.#file, cause);
    }
    this.#size += bytes.length;
  }

  /** After a write that failed; what fails here too is left for the next opening to cut off. */
  async #takeBack(cause: unknown): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
      await this.#handle.sync();
    } catch {
      this.#broken = cause;
    }
  }
}

function unwritable(file: string, cause: unknown): BoardsmithError {
  return new BoardsmithError('FILE_UNUSABLE', `the ledger ${file} cannot be written`, {
    hint: 'make room or name another ledger',
    cause,
  });
}

function doesNotFit(file: string, problems: readonly string[]): BoardsmithError {
  return new BoardsmithError('UNITS_INVALID', `this does not fit what the ledger ${file} says`, {
    hint: 'name another batch or another ledger',
    problems,
  });
}

/** The refusal of a ledger that does not hold together. */
export function invalidLedger(file: string, problems: readonly string[]): BoardsmithError {
  return new BoardsmithError('LEDGER_INVALID', `the ledger ${file} does not hold together`, {
    hint: 'keep the file as it is; compare it with a copy',
    problems,
  });
}

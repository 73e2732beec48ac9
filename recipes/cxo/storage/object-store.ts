import { join } from 'node:path';
import { Contents } from './contents.ts';
import type { Digest } from './digest.ts';
import type { FileSystem } from './file-system.ts';
import { IncomingObject, onDisk } from './incoming-object.ts';
import { KeyedLock } from './keyed-lock.ts';
import { Layout } from './layout.ts';
import { diskBytes, fileSize } from './object-format.ts';
import { type Lease, OpenObjects } from './open-objects.ts';
import { type ObjectPage, readPage } from './page.ts';
import { Quarantine } from './quarantine.ts';
import { SpaceLedger } from './space-ledger.ts';
import { startUp } from './start-up.ts';
import { CorruptObject, TooLarge, WrongDigest } from './storage-errors.ts';
import type { Kept, Report, StoreLimits, StoreStatistics } from './store-types.ts';
import { StoredObject } from './stored-object.ts';

/** Immutable objects addressed by their SHA-256, on one folder that one store alone uses. */
export class ObjectStore {
  readonly #fs: FileSystem;
  readonly #layout: Layout;
  readonly #limits: StoreLimits;
  readonly #report: Report;
  readonly #ledger: SpaceLedger;
  readonly #contents: Contents;
  readonly #lock = new KeyedLock();
  readonly #opened: OpenObjects;
  readonly #quarantine: Quarantine;
  #uploads = 0;
  #corruptions = 0;

  private constructor(fs: FileSystem, limits: StoreLimits, report: Report) {
    this.#fs = fs;
    this.#limits = limits;
    this.#report = report;
    this.#layout = new Layout(limits.folder);
    this.#ledger = new SpaceLedger(fs, limits);
    this.#contents = new Contents(this.#ledger);
    this.#quarantine = new Quarantine(fs, this.#layout, this.#contents, report);
    this.#opened = new OpenObjects((digest) => this.#openFile(digest));
  }

  /** Opens the store: makes its folders, removes what a crash left, counts. */
  static async open(fs: FileSystem, limits: StoreLimits, report: Report): Promise<ObjectStore> {
    const store = new ObjectStore(fs, limits, report);
    const { impossible, leftoversRemoved, foreign } = await startUp(fs, store.#layout, store.#contents);
    for (const digest of impossible) await store.suspect(digest, 'its file has an impossible size');
    report('store-open', {
      objects: store.#contents.objects,
      disk_bytes: store.#ledger.used,
      leftovers_removed: leftoversRemoved,
      foreign_files: foreign,
    });
    return store;
  }

  /**
   * Begins an upload. `declaredSize` is what the client announced, or null; its room is set aside at once.
   * Errors: TooLarge, NoSpace, and those of the file system. Afterwards keep() or abandon() it.
   */
  async receive(declaredSize: number | null): Promise<IncomingObject> {
    if (declaredSize !== null && declaredSize > this.#limits.maxObjectBytes) {
      throw new TooLarge(`the object is bigger than ${this.#limits.maxObjectBytes} bytes`);
    }
    const reserved = declaredSize === null ? 0 : diskBytes(fileSize(declaredSize));
    const reservation = await this.#ledger.reserve(reserved);
    const path = join(this.#layout.incoming, String(this.#uploads++));
    try {
      return await onDisk(() =>
        IncomingObject.create(this.#fs, path, reservation, {
          reserved,
          maximum: this.#limits.maxObjectBytes,
        }),
      );
    } catch (error) {
      reservation.release();
      throw error;
    }
  }

  /** Makes a complete upload durable under its digest. When it resolves, a power cut cannot lose the object. */
  async keep(upload: IncomingObject, expected: Digest | null): Promise<Kept> {
    const digest = upload.digest();
    if (expected !== null && digest !== expected) throw new WrongDigest(digest);
    const size = upload.size;
    return await this.#lock.run(digest, async () => {
      if (await this.#isIntact(digest)) {
        await upload.abandon();
        await this.#fs.syncFolder(this.#layout.folderOf(digest));
        return { digest, size, created: false };
      }
      await upload.seal();
      const damaged = await this.#fs.sizeOf(this.#layout.fileOf(digest));
      await onDisk(() => this.#fs.rename(upload.path, this.#layout.fileOf(digest)));
      this.#opened.forget(digest);
      if (damaged !== null) this.#contents.removed(damaged);
      upload.keep();
      this.#contents.stored(size);
      await this.#syncOrTakeBack(digest, fileSize(size));
      return { digest, size, created: true };
    });
  }

  /**
   * Whether the object is stored, whole and durable. Reads all of it. For a put of an object that is there already:
   * nothing need be written then.
   */
  async confirm(digest: Digest): Promise<boolean> {
    return await this.#lock.run(digest, async () => {
      if (!(await this.#isIntact(digest))) return false;
      // It may have been named by a run that was killed before it could sync.
      await this.#fs.syncFolder(this.#layout.folderOf(digest));
      return true;
    });
  }

  /** Whether there is a file for this object. Says nothing about its bytes. */
  async has(digest: Digest): Promise<boolean> {
    return (await this.#fs.sizeOf(this.#layout.fileOf(digest))) !== null;
  }

  /** Opens an object for reading, or null if there is none. CorruptObject: it is damaged, and in quarantine now. */
  async read(digest: Digest): Promise<Lease | null> {
    try {
      return await this.#opened.lend(digest);
    } catch (error) {
      if (error instanceof CorruptObject) await this.suspect(digest, error.message);
      throw error;
    }
  }

  /** Removes an object for good. Answers whether it was there. */
  async remove(digest: Digest): Promise<boolean> {
    return await this.#lock.run(digest, async () => {
      const sizeOfFile = await this.#fs.sizeOf(this.#layout.fileOf(digest));
      if (sizeOfFile !== null) {
        await onDisk(() => this.#fs.removeFile(this.#layout.fileOf(digest)));
        this.#opened.forget(digest);
        this.#contents.removed(sizeOfFile);
      }
      // Also if it is not there: "not there" must stay true after a power cut.
      await onDisk(() => this.#fs.syncFolder(this.#layout.folderOf(digest)));
      return sizeOfFile !== null;
    });
  }

  /** Objects in the order of their digests, from the first one behind `after`. */
  async page(after: Digest | null, limit: number): Promise<ObjectPage> {
    return await readPage(this.#fs, this.#layout, after, limit);
  }

  /**
   * A read found the object damaged. It is read again, whole; only if it is still damaged it goes into quarantine:
   * it may have been replaced by a good one in the meantime.
   */
  async suspect(digest: Digest, damage: string): Promise<void> {
    await this.#lock.run(digest, async () => {
      if (await this.#isIntact(digest)) this.#report('damage-not-confirmed', { digest, damage });
    });
  }

  /** Verifies one object as a read would; damage is dealt with. `pace` slows it down. */
  async scrub(digest: Digest, pace: (bytes: number) => Promise<void>): Promise<void> {
    let lease: Lease | null = null;
    try {
      lease = await this.read(digest);
      await lease?.object.verify(pace);
    } catch (error) {
      if (!(error instanceof CorruptObject)) throw error;
      // read() dealt with it if it could not even be opened.
      if (lease !== null) await this.suspect(digest, error.message);
    } finally {
      await lease?.end();
    }
  }

  /** Removes what lies in quarantine; answers how many files. */
  async emptyQuarantine(): Promise<number> {
    return await this.#quarantine.empty();
  }

  async statistics(): Promise<StoreStatistics> {
    return {
      objects: this.#contents.objects,
      object_bytes: this.#contents.objectBytes,
      disk_bytes: this.#ledger.used,
      reserved_bytes: this.#ledger.reserved,
      quota_bytes: this.#limits.quotaBytes,
      free_bytes: await this.#fs.freeBytes(this.#layout.root),
      free_reserve_bytes: this.#limits.freeReserveBytes,
      quarantined_files: this.#contents.quarantined,
      quarantined_disk_bytes: this.#contents.quarantinedDiskBytes,
      corruptions_found: this.#corruptions,
    };
  }

  #openFile(digest: Digest): Promise<StoredObject | null> {
    return StoredObject.open(this.#fs, this.#layout.fileOf(digest), digest);
  }

  /** Reads the whole stored object; a damaged one goes into quarantine. Only under the object's lock. */
  async #isIntact(digest: Digest): Promise<boolean> {
    let object: StoredObject | null = null;
    try {
      object = await this.#openFile(digest);
      await object?.verify();
      return object !== null;
    } catch (error) {
      if (!(error instanceof CorruptObject)) throw error;
      this.#corruptions++;
      this.#opened.forget(digest);
      await this.#quarantine.take(digest, error.message);
      return false;
    } finally {
      await object?.close().catch(() => {});
    }
  }

  /** Makes a new name durable. If that fails the name is taken back: nobody was told of the object yet. */
  async #syncOrTakeBack(digest: Digest, sizeOfFile: number): Promise<void> {
    try {
      await onDisk(() => this.#fs.syncFolder(this.#layout.folderOf(digest)));
    } catch (error) {
      try {
        await this.#fs.removeFile(this.#layout.fileOf(digest));
        this.#opened.forget(digest);
        this.#contents.removed(sizeOfFile);
      } catch {
        // It stays, and stays booked. The next put or delete of it syncs the folder again.
      }
      throw error;
    }
  }
}

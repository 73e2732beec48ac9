import type { Digest } from './digest.ts';
import type { StoredObject } from './stored-object.ts';

/** An object lent to one reader. */
export interface Lease {
  readonly object: StoredObject;
  /** Gives it back; the last one closes the file. */
  end(): Promise<void>;
}

interface Entry {
  readonly opening: Promise<StoredObject | null>;
  readers: number;
}

/**
 * Readers of one object share its descriptor and its block sums. So the memory for sums is bounded by what is stored
 * (0.05 % of it), not by the number of readers.
 */
export class OpenObjects {
  readonly #entries = new Map<Digest, Entry>();
  readonly #open: (digest: Digest) => Promise<StoredObject | null>;

  constructor(open: (digest: Digest) => Promise<StoredObject | null>) {
    this.#open = open;
  }

  /** Lends an object, or null if there is none. */
  async lend(digest: Digest): Promise<Lease | null> {
    const entry = this.#entries.get(digest) ?? { opening: this.#open(digest), readers: 0 };
    this.#entries.set(digest, entry);
    entry.readers++;
    let object: StoredObject | null;
    try {
      object = await entry.opening;
    } catch (error) {
      this.#drop(digest, entry);
      throw error;
    }
    if (object === null) {
      this.#drop(digest, entry);
      return null;
    }
    const lent = object;
    let ended = false;
    return {
      object: lent,
      end: async () => {
        if (ended) return;
        ended = true;
        entry.readers--;
        if (entry.readers > 0) return;
        this.#drop(digest, entry);
        await lent.close().catch(() => {});
      },
    };
  }

  /** The file under this address changes: whoever asks from now on opens it anew. */
  forget(digest: Digest): void {
    this.#entries.delete(digest);
  }

  #drop(digest: Digest, entry: Entry): void {
    if (this.#entries.get(digest) === entry) this.#entries.delete(digest);
  }
}

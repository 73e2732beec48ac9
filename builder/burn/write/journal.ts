import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../lock/sync-folder.ts';
import type { Marker } from './marker.ts';

/** How far a card was written that was pulled out or stopped. */
export interface JournalEntry extends Marker {
  /** Transfers of the body that are on the medium. */
  readonly transfers: number;
  /** Whether it was found out before that the card has the size that it claims. */
  readonly probed: boolean;
}

/**
 * Remembers between two runs how far a card is written: a small file for each card and image. It is no proof: the marker on the card must hold the
 * same attempt, and what it counts is read back before it is trusted. It holds nothing of the unit.
 */
export class Journal {
  readonly #folder: string;
  readonly #file: string;

  /**
   * @param folder made when it is needed
   * @param card what the card says of itself
   * @param image sha256 of the raw image
   */
  constructor(folder: string, card: string, image: string) {
    this.#folder = folder;
    this.#file = join(folder, `${createHash('sha256').update(`${card}\0${image}`).digest('hex')}.json`);
  }

  /** null if there is none, or none that can be read. */
  async read(): Promise<JournalEntry | null> {
    try {
      const entry: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      return isEntry(entry) ? entry : null;
    } catch {
      return null;
    }
  }

  /** Replaces what was remembered. @throws an Error of the file system */
  async write(entry: JournalEntry): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    // Readers of one kind that hide which card they hold share a journal, and may write it at the same time.
    const draft = `${this.#file}.${randomUUID()}.part`;
    await writeFile(draft, JSON.stringify(entry), { mode: 0o600, flush: true });
    await rename(draft, this.#file);
    await syncFolder(this.#folder);
  }

  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (value === null || typeof value !== 'object') return false;
  const { image, attempt, transfers, probed } = value as Partial<Record<keyof JournalEntry, unknown>>;
  const named = typeof image === 'string' && typeof attempt === 'string';
  return named && Number.isSafeInteger(transfers) && typeof probed === 'boolean';
}

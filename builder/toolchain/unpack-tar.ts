import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';
import type { Extraction } from './extraction.ts';

type Entry = Extract extends AsyncIterable<infer Each> ? Each : never;

export interface TarRules {
  /** Where an entry goes: its relative path in the folder, or null to leave it out. */
  readonly place: (path: string) => string | null;
  /** `skip` is what npm does with links in a package. */
  readonly links: 'keep' | 'skip';
}

/**
 * Lays the entries of a tar stream into an extraction.
 * @throws BoardsmithError INPUT_CORRUPT for an unsafe entry; an Error for a damaged stream; the reason of the extraction's signal
 */
export async function unpackTar(tar: Readable, extraction: Extraction, rules: TarRules): Promise<void> {
  const entries = extract();
  await Promise.all([pipeline(tar, entries), lay(entries, extraction, rules)]);
}

async function lay(entries: AsyncIterable<Entry>, extraction: Extraction, rules: TarRules): Promise<void> {
  for await (const entry of entries) {
    await extraction.turn();
    const path = rules.place(extraction.path(entry.header.name));
    if (path !== null) await layEntry(entry, path, extraction, rules);
    entry.resume();
  }
}

async function layEntry(entry: Entry, path: string, extraction: Extraction, rules: TarRules): Promise<void> {
  const { type, mode = 0o644, linkname } = entry.header;
  switch (type) {
    case 'directory':
      return extraction.directory(path, mode);
    case 'file':
    case 'contiguous-file':
      return await extraction.file(path, mode, entry as AsyncIterable<Uint8Array>);
    case 'symlink':
      if (rules.links === 'keep') extraction.symlink(path, linkname ?? '');
      return;
    case 'link': {
      if (rules.links === 'skip') return;
      const target = rules.place(extraction.path(linkname ?? ''));
      if (target === null) {
        throw extraction.refusal(`${path} is a hard link to ${linkname}, which is left out`);
      }
      return extraction.hardLink(path, target);
    }
    default:
      throw extraction.refusal(`${path} has the type ${type}, which is not unpacked`);
  }
}

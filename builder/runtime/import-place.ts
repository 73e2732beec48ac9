import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './esbuild-messages.ts';
import type { ImportSite } from './metafile.ts';

/**
 * Where a file imports something. The metafile has no lines, so the text is searched for the quoted name after `from`, `import` or
 * `require`, then for the quoted name alone.
 * @param directory the folder that paths are relative to
 */
export async function importPlace(directory: string, { importer, specifier }: ImportSite): Promise<Place> {
  const text = await readFile(join(directory, importer), 'utf8');
  const quoted = `(["'\`])${specifier.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}\\1`;
  const statement = new RegExp(`\\b(?:from|import|require|resolve)\\s*\\(?\\s*${quoted}`).exec(text);
  const index = statement?.index ?? new RegExp(quoted).exec(text)?.index ?? 0;
  const before = text.slice(0, index).split('\n');
  return { file: importer, line: before.length, column: before.at(-1)!.length + 1 };
}

import { suggest } from '../../recipe/did-you-mean.ts';
import type { ReleaseManifest } from '../../release/release-manifest.ts';
import type { CsvFault, CsvField } from './csv.ts';

const plainColumns = ['serial', 'image', 'position', 'mac', 'device_key'] as const;

/** What a column of the list of units holds. `secret-file`: the path of a file with the secret. */
export type Column =
  | { readonly kind: (typeof plainColumns)[number] }
  | { readonly kind: 'setting' | 'secret' | 'secret-file'; readonly name: string };

const fileMark = 'secret:';

/** Reads the first line of the list. @returns a column for each field; null for one that was complained of */
export function readColumns(
  header: readonly CsvField[],
  manifest: ReleaseManifest,
  complain: (fault: CsvFault) => void,
): (Column | null)[] {
  const namesOf = (kind: 'settings' | 'secrets'): string[] => [
    ...new Set(manifest.images.flatMap(({ unit }) => unit[kind].map(({ name }) => name))),
  ];
  const [settings, secrets] = [namesOf('settings'), namesOf('secrets')];
  const known = [...plainColumns, ...settings, ...secrets, ...secrets.map((name) => `${fileMark}${name}`)];
  const given = new Set<string>();
  const columns = header.map(({ text, line, column }): Column | null => {
    const name = text.trim();
    const refuse = (message: string, remedy: string): null => {
      complain({ line, column, message, remedy });
      return null;
    };
    if (header.length === 1 && name.includes(';')) {
      return refuse('semicolons stand between the columns', 'save the list with commas');
    }
    if (!known.includes(name))
      return refuse(`there is no column ${JSON.stringify(name)}`, suggest(name, known));
    const value = name.startsWith(fileMark) ? name.slice(fileMark.length) : name;
    if (given.has(value)) return refuse(`${value} is given twice`, 'leave one of the columns out');
    given.add(value);
    if (name !== value) return { kind: 'secret-file', name: value };
    const kind = plainColumns.find((candidate) => candidate === name);
    if (kind !== undefined) return { kind };
    return { kind: settings.includes(name) ? 'setting' : 'secret', name };
  });
  if (!given.has('serial') && !columns.includes(null)) {
    const { line, column } = header[0]!;
    complain({ line, column, message: 'there is no column serial', remedy: 'give each unit its serial' });
  }
  return columns;
}

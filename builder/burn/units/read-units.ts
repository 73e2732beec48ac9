import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { displayPath, type Problem, problemLine, sortProblems } from '../../recipe/problem.ts';
import { readColumns } from './columns.ts';
import { type CsvFault, readCsv } from './csv.ts';
import { type PrivateFile, readPrivateFile } from './private-file.ts';
import { type UnitContext, UnitReader } from './unit-reader.ts';
import type { UnitToBurn } from './unit-to-burn.ts';

/** A list of more is taken for a mistake. */
const mostUnits = 100_000;

/**
 * Reads the list of units: CSV with a line of column names. `serial` must be there; `image` or `position`, `mac`, `device_key` (a file) and the
 * names of settings and secrets may be; `secret:NAME` holds the path of a file with the secret. Paths are relative to the list.
 * @throws BoardsmithError UNITS_INVALID with all mistakes, each with line, column and remedy, none with a secret; FILE_UNUSABLE
 */
export async function readUnits(file: string, context: UnitContext): Promise<UnitToBurn[]> {
  const shown = displayPath(file);
  const problems: Problem[] = [];
  const complainOf = (rule: string) => (fault: CsvFault) => {
    problems.push({ file: shown, rule, ...fault });
  };
  const { text, openMode } = await textOf(file);
  const { rows, faults } = readCsv(text);
  for (const fault of faults) complainOf('csv')(fault);
  const [header, ...lines] = rows;
  const columns = header === undefined ? [] : readColumns(header, context.manifest, complainOf('columns'));
  const first = header?.[0] ?? { line: 1, column: 1 };
  if (lines.length === 0) complainOf('unit')({ ...placeOf(first), ...nothingListed });
  if (lines.length > mostUnits) {
    const message = `more than ${mostUnits} units`;
    complainOf('unit')({ ...placeOf(lines[mostUnits]![0]!), message, remedy: 'split the list' });
  }
  const units: UnitToBurn[] = [];
  // With wrong columns every line would be wrong for the same reason.
  if (problems.length === 0) {
    const reader = new UnitReader(file, context, columns, complainOf('unit'));
    for (const line of lines) {
      const unit = await reader.read(line);
      if (unit !== null) units.push(unit);
    }
    const secret = columns.findIndex(
      (column, index) => column?.kind === 'secret' && lines.some((line) => (line[index]?.text ?? '') !== ''),
    );
    if (openMode !== null && secret >= 0) {
      const message = `secrets stand in this column, and the list has the mode ${openMode}: others can read it`;
      complainOf('unit')({ ...placeOf(header![secret]!), message, remedy: 'chmod 600 it' });
    }
  }
  if (problems.length > 0) throw unitsError(shown, problems);
  return units;
}

async function textOf(file: string): Promise<{ text: string; openMode: string | null }> {
  let read: PrivateFile;
  try {
    read = await readPrivateFile(file);
  } catch (cause) {
    throw new BoardsmithError('FILE_UNUSABLE', `cannot read the list of units ${file}`, {
      hint: 'name a CSV file: --units units.csv',
      cause,
    });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(read.bytes);
    return { text, openMode: read.openMode };
  } catch (cause) {
    throw new BoardsmithError('UNITS_INVALID', `${file} is not UTF-8`, {
      hint: 'save it as CSV in UTF-8',
      cause,
    });
  }
}

const nothingListed = {
  message: 'no unit is listed',
  remedy: 'write the names of the columns into the first line and a unit into each of the others',
};

function placeOf({ line, column }: { readonly line: number; readonly column: number }) {
  return { line, column };
}

function unitsError(file: string, problems: readonly Problem[]): BoardsmithError {
  const count = `${problems.length} mistake${problems.length === 1 ? '' : 's'}`;
  return new BoardsmithError('UNITS_INVALID', `${count} in ${file}`, {
    hint: 'mend the lines that are named; nothing was written',
    problems: sortProblems(problems).map(problemLine),
  });
}

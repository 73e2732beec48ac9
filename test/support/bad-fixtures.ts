import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkAll } from '../../builder/recipe/check.ts';
import { type Problem, problemLine } from '../../builder/recipe/problem.ts';

/** Files with a mistake each, in folders by kind; beside each `NAME.yaml` lies `NAME.txt` with the lines that it must give. */
export const badFixtures = join(import.meta.dirname, '../fixtures/recipe/bad');

/** Those of `warned` are no mistakes: what they give are warnings. */
export type FixtureKind = 'yaml' | 'recipe' | 'folders' | 'boards' | 'clusters' | 'warned';

export interface BadFixture {
  readonly name: string;
  /** recipe.yaml or the file of a board. */
  readonly file: string;
  /** The file with the lines that it must give, below `badFixtures`. */
  readonly expected: string;
}

/** The fixtures of a kind, sorted. Those of `folders` are a recipe.yaml with what its mistake needs beside it. */
export function fixturesOf(kind: FixtureKind | 'together'): BadFixture[] {
  const folder = join(badFixtures, kind);
  const files = readdirSync(folder, { recursive: kind === 'folders', encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -5),
      file: join(folder, file),
      expected: expectedOf(`${kind}/${file}`),
    }));
}

function expectedOf(file: string): string {
  return file.replace(/\.yaml$/, '.txt');
}

/** Problems as lines, with the fixture's file named as it is called in its folder. */
export function linesOf(problems: readonly Problem[], file: string): string {
  const folder = `${relative(process.cwd(), join(file, '..'))}/`;
  return problems
    .map((problem) => problemLine({ ...problem, file: problem.file.replace(folder, '') }))
    .map((line) => `${line}\n`)
    .join('');
}

/** What `check` finds in every fixture of a kind. */
export async function problemsOfFixtures(kind: FixtureKind): Promise<Problem[]> {
  return await foundIn(
    kind,
    fixturesOf(kind).map(({ file }) => file),
  );
}

/** Mistakes; of `warned` warnings. */
export async function foundIn(kind: FixtureKind, files: readonly string[]): Promise<Problem[]> {
  const { problems, warnings } = await checkAll(files);
  return kind === 'warned' ? warnings : problems;
}

/** Expected files that belong to no fixture any more. */
export function orphans(): string[] {
  return readdirSync(badFixtures, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.txt') && !path.endsWith('other.txt'))
    .filter((path) => !existsSync(join(badFixtures, path.replace(/\.txt$/, '.yaml'))));
}

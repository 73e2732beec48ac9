import { LineCounter, parseAllDocuments, type YAMLParseError } from 'yaml';
import { displayPath, type Problem } from '../problem.ts';
import { type ExpandedDocument, expandDocument, type OffsetProblem } from './expand-document.ts';
import { type Path, type Place, pointerOf } from './position.ts';
import { readText } from './read-text.ts';
import { explainSyntaxError } from './syntax-errors.ts';

/** A mistake at a place of the data. */
export interface Finding {
  /** Keys and indices from the top. If nothing stands there (a default, say), the nearest place above it is named. */
  readonly at: Path;
  /** What the position points to; `value` if left out. */
  readonly on?: 'key' | 'value';
  readonly message: string;
  readonly remedy: string;
}

/** A YAML file as data that knows where everything stands. */
export interface SourceDocument {
  readonly file: string;
  /** undefined if the file could not be parsed at all. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** JSON Pointers of values that `problems` speaks of already. */
  readonly faulty: ReadonlySet<string>;
  /** Turns a finding into a problem of this file. */
  problem(finding: Finding, rule: string): Problem;
}

/** Reads and parses one YAML file. All that is wrong with it as YAML is in `problems`; this never throws for a bad file. */
export async function readSourceDocument(file: string): Promise<SourceDocument> {
  const shown = displayPath(file);
  const outcome = await readText(file);
  return 'text' in outcome ? parse(shown, outcome.text) : unparsed(shown, [{ ...outcome, file: shown }]);
}

function parse(file: string, text: string): SourceDocument {
  const lines = new LineCounter();
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const locate = ({ offset, usedAt, rule, message, remedy }: OffsetProblem): Problem => ({
    ...place(offset),
    message: usedAt === null ? message : `${message} (used at ${place(usedAt).line}:${place(usedAt).column})`,
    remedy,
    rule,
  });
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
  });
  const problems = [...textProblems(text)];
  const fail = () => unparsed(file, problems.map(locate));
  const [document, second] = 'empty' in documents ? [] : documents;
  if (document === undefined || (document.contents === null && document.errors.length === 0)) {
    problems.push(at(0, 'yaml-empty', 'the file is empty', 'begin with name: and description:'));
    return fail();
  }
  if (second !== undefined) {
    // Errors in the second one are not worth a word: it has to go.
    problems.push(
      at(second.range[0], 'yaml-several-documents', 'a second document (---)', 'keep one document in a file'),
    );
  }
  if (document.directives?.docStart === true && /^%/m.test(text.slice(0, document.range[0]))) {
    problems.push(at(0, 'yaml-directive', 'a directive (%)', 'remove the line; files are YAML 1.2'));
  }
  for (const error of worthSaying(document.errors, lines)) {
    const { rule, message, remedy } = explainSyntaxError(error, text);
    problems.push(at(error.pos[0], rule, message, remedy));
  }
  // Two equal keys leave the rest readable; after any other error positions and values are guesses.
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')) return fail();
  const expanded = expandDocument(document);
  problems.push(...expanded.problems);
  return expanded.complete ? new ParsedDocument(file, expanded, problems.map(locate), locate) : fail();
}

class ParsedDocument implements SourceDocument {
  readonly value: unknown;
  readonly faulty: ReadonlySet<string>;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #locate: (problem: OffsetProblem) => Problem;

  constructor(
    readonly file: string,
    expanded: ExpandedDocument,
    readonly problems: readonly Problem[],
    locate: (problem: OffsetProblem) => Problem,
  ) {
    this.#locate = locate;
    this.value = expanded.value;
    this.faulty = expanded.faulty;
    this.#places = expanded.places;
  }

  problem({ at: path, on, message, remedy }: Finding, rule: string): Problem {
    let end = path.length;
    while (end > 0 && !this.#places.has(pointerOf(path.slice(0, end)))) end -= 1;
    const place = this.#places.get(pointerOf(path.slice(0, end)))!;
    // A place above the one that is meant is known by its key.
    const keyed = on === 'key' || end < path.length ? place.key : null;
    const { offset, usedAt } = keyed ?? { offset: place.value, usedAt: place.usedAt };
    return this.#locate({ offset, usedAt, message, remedy, rule });
  }
}

function unparsed(file: string, problems: readonly Problem[]): SourceDocument {
  return {
    file,
    value: undefined,
    problems,
    faulty: new Set(),
    problem: ({ message, remedy }, rule) => ({ file, line: 1, column: 1, message, remedy, rule }),
  };
}

/** Letters that no editor shows, or that make a line read differently from what it says. */
function* textProblems(text: string): Generator<OffsetProblem> {
  for (const match of text.matchAll(/[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/gu)) {
    const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    yield at(match.index, 'yaml-control-character', `the invisible character U+${code}`, 'remove it');
  }
}

function at(offset: number, rule: string, message: string, remedy: string): OffsetProblem {
  return { offset, usedAt: null, rule, message, remedy };
}

/** The parser goes on after an error; what it says then of the same line, or of a text that it gave up, only repeats it. */
function worthSaying(errors: readonly YAMLParseError[], lines: LineCounter): readonly YAMLParseError[] {
  const gaveUp = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (gaveUp !== undefined) return [gaveUp];
  const seen = new Set<number>();
  return [...errors]
    .sort((a, b) => a.pos[0] - b.pos[0])
    .filter(({ pos }) => {
      const { line } = lines.linePos(pos[0]);
      return !seen.has(line) && seen.add(line);
    });
}

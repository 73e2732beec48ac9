import { deepFreeze } from './deep-freeze.ts';
import type { FileKind } from './file-kind.ts';
import { rememberOrigin } from './origin.ts';
import { type Problem, sortProblems } from './problem.ts';
import { explainSchemaError } from './schema/explain-schema-error.ts';
import { schemaBranch } from './schema/schema-place.ts';
import type { Path } from './yaml/position.ts';
import type { SourceDocument } from './yaml/source-document.ts';

/** Problems of a file, or what it resolves to. */
export type Examination<Resolved> = {
  /** What may be meant; sorted, and no reason against the file. */
  readonly warnings: readonly Problem[];
} & (
  | { readonly problems: readonly Problem[]; readonly resolved: null }
  | { readonly problems: readonly []; readonly resolved: Resolved }
);

/**
 * Schema, normalisation, rules: everything between a parsed file and a frozen result. All problems are found at once: rules run on the
 * fields that have the right shape.
 * @param file absolute path
 */
export async function examine<Fields extends object, Facts, Resolved extends object>(
  kind: FileKind<Fields, Facts, Resolved>,
  document: SourceDocument,
  file: string,
): Promise<Examination<Resolved>> {
  if (document.value === undefined) return { problems: document.problems, warnings: [], resolved: null };
  const shape = shapeProblems(kind, document);
  const sound = soundFields(kind, document.value, shape.mistaken);
  const facts = await kind.gatherFacts(file, document.value);
  const broken: Problem[] = [];
  const warnings: Problem[] = [];
  for (const rule of kind.rules) {
    if (!rule.reads.every((name) => name in sound)) continue;
    const found = rule.warns === true ? warnings : broken;
    // The line above holds the promise of `reads`.
    rule.check(sound as Fields, (finding) => found.push(document.problem(finding, rule.name)), facts);
  }
  const problems = sortProblems([...document.problems, ...shape.problems, ...broken]);
  const said = { warnings: sortProblems(warnings) };
  if (problems.length > 0) return { problems, ...said, resolved: null };
  const placeOf = (at: Path) => document.problem({ at, message: '', remedy: '' }, '');
  const resolved = rememberOrigin(kind.resolve(sound as Fields, facts, placeOf), document);
  return { problems: [], ...said, resolved: deepFreeze(resolved) };
}

interface ShapeProblems {
  readonly problems: readonly Problem[];
  /** Top-level fields with a mistake in them; null if the whole file is none of its kind. */
  readonly mistaken: ReadonlySet<string> | null;
}

function shapeProblems(
  { schema, checkShape }: Pick<FileKind<never, unknown, never>, 'schema' | 'checkShape'>,
  document: SourceDocument,
): ShapeProblems {
  const mistaken = new Set<string>([...document.faulty].map((pointer) => pointer.split('/')[1] ?? ''));
  const problems: Problem[] = [];
  const errors = checkShape(document.value);
  // A value of the wrong type is none of the choices either.
  const wrongType = new Set(
    errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath),
  );
  for (const error of errors) {
    const field = error.instancePath.split('/')[1];
    if (field !== undefined) mistaken.add(field);
    if (error.keyword === 'required' && field === undefined) mistaken.add(error.params.missingProperty);
    if (document.faulty.has(error.instancePath)) continue;
    if (error.keyword === 'enum' && wrongType.has(error.instancePath)) continue;
    const finding = explainSchemaError(error, schema);
    if (finding !== null) problems.push(document.problem(finding, `schema${schemaBranch(error)}`));
  }
  const isMap =
    typeof document.value === 'object' && document.value !== null && !Array.isArray(document.value);
  return { problems, mistaken: isMap ? mistaken : null };
}

function soundFields<Fields extends object>(
  { normalise }: Pick<FileKind<Fields, unknown, never>, 'normalise'>,
  value: unknown,
  mistaken: ReadonlySet<string> | null,
): Partial<Fields> {
  if (mistaken === null) return {};
  const written = value as Readonly<Record<string, unknown>>;
  const names = (Object.keys(normalise) as (keyof Fields & string)[]).filter((name) => !mistaken.has(name));
  return Object.fromEntries(names.map((name) => [name, normalise[name](written[name])])) as Partial<Fields>;
}

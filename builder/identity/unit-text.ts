import { BoardsmithError } from '../error/boardsmith-error.ts';
import { devicePublicKey } from './device-key.ts';
import {
  clusterShape,
  environmentNamePattern,
  imageShape,
  keyShape,
  macShape,
  positionShape,
  serialShape,
} from './field-shapes.ts';
import { type LineRule, readStrictLines, writeStrictLines } from './strict-lines.ts';
import { longestRecord, type UnitIdentity } from './unit-identity.ts';
import { escapeValue, unescapeValue } from './value-escape.ts';

const title = 'boardsmith unit 1';
/** Of each kind, as the schema of recipes has it. */
const mostValues = 50;

type ValueKind = 'setting' | 'secret';

const rules: readonly LineRule[] = [
  { key: 'serial', needed: true, many: false, wrong: serialShape },
  { key: 'image', needed: true, many: false, wrong: imageShape },
  { key: 'device-key', needed: true, many: false, wrong: keyShape },
  { key: 'device-seed', needed: true, many: false, wrong: keyShape },
  { key: 'mac', needed: false, many: false, wrong: macShape },
  { key: 'cluster', needed: false, many: false, wrong: clusterShape },
  { key: 'position', needed: false, many: false, wrong: positionShape },
  { key: 'setting', needed: false, many: true, wrong: assignmentWrong },
  { key: 'secret', needed: false, many: true, wrong: assignmentWrong },
];

/**
 * The text of a unit's record, which is what the batch's key signs. It holds secrets: it goes onto the card and nowhere else.
 * @throws BoardsmithError UNITS_INVALID with every field that cannot be written; no value is in it
 */
export function unitText(unit: UnitIdentity): string {
  const values = [...writtenValues('setting', unit.settings), ...writtenValues('secret', unit.secrets)];
  const unwritable = values.flatMap(({ problem }) => (problem === null ? [] : [problem]));
  const text = writeStrictLines(title, [
    ['serial', unit.serial],
    ['image', unit.image],
    ['device-key', unit.devicePublicKey],
    ['device-seed', unit.deviceSeed],
    ['mac', unit.mac],
    ['cluster', unit.cluster],
    ['position', unit.position],
    ...values.flatMap(({ line }) => (line === null ? [] : [line])),
  ]);
  const { problems } = examineUnit(Buffer.from(text, 'utf8'), 'unit');
  if (problems.length + unwritable.length > 0) throw unitError('unit', [...problems, ...unwritable]);
  return text;
}

/**
 * Reads a unit's record.
 * @param source names it in the mistakes
 * @throws BoardsmithError UNITS_INVALID with every mistake; no value is in it
 */
export function parseUnit(bytes: Uint8Array, source: string): UnitIdentity {
  const { unit, problems } = examineUnit(bytes, source);
  if (unit === null) throw unitError(source, problems);
  return unit;
}

/** The record, or null and what is wrong with the text. */
export function examineUnit(
  bytes: Uint8Array,
  source: string,
): { readonly unit: UnitIdentity | null; readonly problems: readonly string[] } {
  if (bytes.length > longestRecord) {
    return { unit: null, problems: [`${source}: it has more than ${longestRecord} bytes`] };
  }
  const { values, problems: ofLines } = readStrictLines(bytes, source, title, rules);
  const settings = readValues('setting', values.get('setting') ?? []);
  const secrets = readValues('secret', values.get('secret') ?? []);
  const both = Object.keys(secrets.values).filter((name) => Object.hasOwn(settings.values, name));
  const [publicKey] = values.get('device-key') ?? [];
  const [seed] = values.get('device-seed') ?? [];
  const foreign = publicKey !== undefined && seed !== undefined && devicePublicKey(seed) !== publicKey;
  const problems = [
    ...ofLines,
    ...[
      ...settings.problems,
      ...secrets.problems,
      ...both.map((name) => `${name} is a setting and a secret`),
      ...(foreign ? ['device-key is not the public key of device-seed'] : []),
      ...(ofLines.length === 0 && values.has('position') && !values.has('cluster')
        ? ['there is a position and no cluster']
        : []),
    ].map((what) => `${source}: ${what}`),
  ];
  if (problems.length > 0) return { unit: null, problems };
  const one = (key: string): string | null => values.get(key)?.[0] ?? null;
  return {
    unit: {
      serial: one('serial')!,
      image: one('image')!,
      devicePublicKey: publicKey!,
      deviceSeed: seed!,
      mac: one('mac'),
      cluster: one('cluster'),
      position: one('position'),
      settings: settings.values,
      secrets: secrets.values,
    },
    problems,
  };
}

interface WrittenValue {
  readonly line: readonly [string, string] | null;
  readonly problem: string | null;
}

function writtenValues(kind: ValueKind, values: Readonly<Record<string, string>>): WrittenValue[] {
  return Object.keys(values)
    .sort()
    .map((name) => {
      if (!environmentNamePattern.test(name)) {
        return { line: null, problem: `unit: a ${kind} has a name that no environment variable has` };
      }
      try {
        return { line: [kind, `${name}=${escapeValue(values[name]!)}`], problem: null };
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return { line: null, problem: `unit: ${kind} ${name} ${error.message}` };
      }
    });
}

/** Names the variable, never its value. */
function assignmentWrong(written: string): string | null {
  const equals = written.indexOf('=');
  const name = written.slice(0, Math.max(equals, 0));
  if (!environmentNamePattern.test(name)) return 'is not NAME=VALUE with the name of an environment variable';
  try {
    unescapeValue(written.slice(equals + 1));
    return null;
  } catch (error) {
    if (error instanceof RangeError) return `${name} ${error.message}`;
    throw error;
  }
}

function readValues(
  kind: ValueKind,
  lines: readonly string[],
): { readonly values: Record<string, string>; readonly problems: string[] } {
  const values: [string, string][] = [];
  const problems: string[] = [];
  let latest: string | null = null;
  for (const line of lines) {
    const equals = line.indexOf('=');
    const name = line.slice(0, equals);
    if (latest !== null && name === latest) problems.push(`${kind} ${name} is there twice`);
    else if (latest !== null && name < latest) problems.push(`${kind} ${name} belongs before ${latest}`);
    latest = name;
    values.push([name, unescapeValue(line.slice(equals + 1))]);
  }
  if (lines.length > mostValues) problems.push(`there are more than ${mostValues} lines "${kind}"`);
  // As own properties, whatever the name: `__proto__` is one that a variable can have.
  return { values: Object.fromEntries(values), problems };
}

function unitError(source: string, problems: readonly string[]): BoardsmithError {
  return new BoardsmithError('UNITS_INVALID', `${source} is no record of a unit`, {
    hint: 'mend what is named, and burn the unit again',
    problems,
  });
}

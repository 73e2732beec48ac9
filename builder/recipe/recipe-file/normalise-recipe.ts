import type { FileKind } from '../file-kind.ts';
import { parseDuration, parseSize } from '../quantity.ts';
import type { HealthCheck, UnitValue } from '../resolved-recipe.ts';
import { type RuntimeName, runtimeNames } from '../runtime-name.ts';
import { type UnitFact, unitFactNames } from '../unit-fact.ts';
import type { RecipeFacts } from './recipe-facts.ts';
import type { EntryText, RecipeFields } from './recipe-fields.ts';

type Normalise = FileKind<RecipeFields, RecipeFacts, object>['normalise'];
type Named<T> = Readonly<Record<string, T>>;

/** The casts say what the schema has checked. */
export const normaliseRecipe: Normalise = {
  name: (written) => written as string,
  description: (written) => written as string,
  runtime: (written) => (written ?? runtimeNames[0]) as RuntimeName,
  entry: (written) => takeEntryApart(written as string),
  bin: (written) => (written ?? null) as string | null,
  arguments: (written) => (written ?? []) as string[],
  ports: (written) =>
    named(written as Named<{ port: number; protocol?: 'tcp' | 'udp'; purpose: string }>, (name, port) => ({
      name,
      port: port.port,
      protocol: port.protocol ?? 'tcp',
      purpose: port.purpose,
    })),
  environment: (written) => sorted((written ?? {}) as Named<string>),
  memory: (written) => parseSize(written as string),
  data: (written) =>
    written === undefined ? null : { minimum: parseSize((written as { minimum: string }).minimum) },
  budgets: (written) => {
    const { program } = (written ?? {}) as { program?: string };
    return { program: program === undefined ? null : parseSize(program) };
  },
  health: (written) => normaliseHealth((written ?? { listen: {} }) as WrittenHealth),
  readiness: (written) => (written ?? 'ports') as RecipeFields['readiness'],
  startTimeout: (written) => parseDuration((written ?? '60 s') as string),
  stopTimeout: (written) => parseDuration((written ?? '10 s') as string),
  needs: (written) => ({
    dns: false,
    time: false,
    ...(written as Partial<RecipeFields['needs']> | undefined),
  }),
  connects: (written) =>
    named(written as Named<WrittenConnection>, (name, { protocol, ports, by, purpose }) => ({
      name,
      protocol: protocol ?? 'tcp',
      ports: [...ports].sort((a, b) => a - b),
      by: by ?? 'name',
      purpose,
    })),
  capabilities: (written) => [...((written ?? []) as RecipeFields['capabilities'])].sort(),
  systemCalls: (written) => [...((written ?? []) as string[])].sort(),
  unit: (written) => {
    const { authority, receives, settings, secrets } = (written ?? {}) as {
      authority?: readonly string[];
      receives?: readonly UnitFact[];
      settings?: Named<WrittenUnitValue>;
      secrets?: Named<WrittenUnitValue>;
    };
    return {
      authorities: authority ?? [],
      receives: unitFactNames.filter((name) => receives?.includes(name)),
      settings: named(settings, unitValue),
      secrets: named(secrets, unitValue),
    };
  },
};

interface WrittenConnection {
  readonly protocol?: 'tcp' | 'udp';
  readonly ports: readonly number[];
  readonly by?: 'name' | 'address';
  readonly purpose: string;
}

interface WrittenUnitValue {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

interface WrittenHealthTimes {
  readonly interval?: string;
  readonly timeout?: string;
  readonly failures?: number;
}

interface WrittenHealth {
  readonly http?: WrittenHealthTimes & { readonly port: string; readonly path?: string };
  readonly listen?: WrittenHealthTimes;
}

function normaliseHealth({ http, listen }: WrittenHealth): HealthCheck {
  const { interval, timeout, failures } = http ?? listen!;
  const times = {
    intervalSeconds: parseDuration(interval ?? '10 s'),
    timeoutSeconds: parseDuration(timeout ?? '5 s'),
    failures: failures ?? 3,
  };
  return http === undefined
    ? { kind: 'listen', ...times }
    : { kind: 'http', port: http.port, path: http.path ?? '/health', ...times };
}

function unitValue(name: string, written: WrittenUnitValue): UnitValue {
  const { description, required, default: fallback } = written;
  return { name, description, required: required ?? false, default: fallback ?? null };
}

/** `npm:@scope/name@1.2.3`: the version is behind the last @ that does not begin the name. */
function takeEntryApart(text: string): EntryText {
  if (!text.startsWith('npm:')) return { kind: 'source', path: text.replace(/^(\.\/)+/, '') };
  const reference = text.slice('npm:'.length);
  const at = reference.indexOf('@', 1);
  return at < 0
    ? { kind: 'npm', package: reference, version: '' }
    : { kind: 'npm', package: reference.slice(0, at), version: reference.slice(at + 1) };
}

function named<Written, Item>(
  map: Named<Written> | undefined,
  item: (name: string, written: Written) => Item,
): Item[] {
  return Object.entries(map ?? {})
    .sort(byName)
    .map(([name, written]) => item(name, written));
}

function sorted<T>(map: Named<T>): Named<T> {
  return Object.fromEntries(Object.entries(map).sort(byName));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import type { Settings } from './settings.ts';

/** The environment has mistakes; `problems` holds a line for each. */
export class SettingsInvalid extends Error {
  override readonly name = 'SettingsInvalid';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const mebibyte = 1024 * 1024;
const second = 1000;

/** Every name that is read: its default, and the smallest and biggest number where it is one. README.md describes them. */
const known = {
  CXO_DATA: { fallback: '/data' },
  CXO_HOST: { fallback: '0.0.0.0' },
  CXO_PORT: { fallback: '8003', least: 0, most: 65535 },
  CXO_QUOTA_MIB: { fallback: '', least: 1, most: 1_048_576 },
  CXO_FREE_RESERVE_MIB: { fallback: '4', least: 0, most: 1_048_576 },
  CXO_MAX_OBJECT_MIB: { fallback: '1024', least: 1, most: 65536 },
  CXO_MAX_CONNECTIONS: { fallback: '256', least: 1, most: 10000 },
  CXO_HEADER_TIMEOUT_S: { fallback: '10', least: 1, most: 3600 },
  CXO_TRANSFER_TIMEOUT_S: { fallback: '30', least: 1, most: 3600 },
  CXO_IDLE_TIMEOUT_S: { fallback: '5', least: 1, most: 3600 },
  CXO_STOP_TIMEOUT_S: { fallback: '8', least: 0, most: 3600 },
  CXO_SCRUB_MIB_PER_S: { fallback: '4', least: 0, most: 10000 },
  CXO_SCRUB_PAUSE_S: { fallback: '86400', least: 1, most: 604_800 },
  CXO_LOG: { fallback: 'events', choices: ['events', 'requests'] },
} as const;

type Name = keyof typeof known;

/**
 * Reads the settings from an environment: unset means the default. Throws SettingsInvalid with every mistake at once;
 * a name that begins with CXO_ and is not known is a mistake too, since it is most likely a misspelt one.
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  const text = (name: Name): string => environment[name] ?? known[name].fallback;
  const number = (name: Name): number => {
    const rule = known[name] as { least: number; most: number };
    const value = /^(0|[1-9]\d{0,9})$/.test(text(name)) ? Number(text(name)) : Number.NaN;
    if (!(value >= rule.least && value <= rule.most)) {
      problems.push(`${name}: ${quote(text(name))} is not a whole number from ${rule.least} to ${rule.most}`);
    }
    return value;
  };
  for (const name of Object.keys(environment).sort()) {
    if (name.startsWith('CXO_') && !(name in known)) {
      problems.push(`${name}: there is no such setting; there are ${Object.keys(known).join(', ')}`);
    }
  }
  if (!isAbsolute(text('CXO_DATA')))
    problems.push(`CXO_DATA: ${quote(text('CXO_DATA'))} is no absolute path`);
  if (isIP(text('CXO_HOST')) === 0) {
    problems.push(
      `CXO_HOST: ${quote(text('CXO_HOST'))} is no IP address; 0.0.0.0 or :: listens on all of them`,
    );
  }
  const choices: readonly string[] = known.CXO_LOG.choices;
  if (!choices.includes(text('CXO_LOG'))) {
    problems.push(`CXO_LOG: ${quote(text('CXO_LOG'))} is none of ${choices.join(', ')}`);
  }
  const settings: Settings = {
    dataFolder: text('CXO_DATA'),
    host: text('CXO_HOST'),
    port: number('CXO_PORT'),
    quotaBytes: environment.CXO_QUOTA_MIB === undefined ? null : number('CXO_QUOTA_MIB') * mebibyte,
    freeReserveBytes: number('CXO_FREE_RESERVE_MIB') * mebibyte,
    maxObjectBytes: number('CXO_MAX_OBJECT_MIB') * mebibyte,
    maxConnections: number('CXO_MAX_CONNECTIONS'),
    headerTimeoutMs: number('CXO_HEADER_TIMEOUT_S') * second,
    transferTimeoutMs: number('CXO_TRANSFER_TIMEOUT_S') * second,
    idleTimeoutMs: number('CXO_IDLE_TIMEOUT_S') * second,
    stopTimeoutMs: number('CXO_STOP_TIMEOUT_S') * second,
    scrubBytesPerSecond: number('CXO_SCRUB_MIB_PER_S') * mebibyte,
    scrubPauseMs: number('CXO_SCRUB_PAUSE_S') * second,
    logRequests: text('CXO_LOG') === 'requests',
    readyDescriptor: readyDescriptor(environment.BOARDSMITH_READY_FD, problems),
  };
  if (problems.length > 0) throw new SettingsInvalid(problems);
  return settings;
}

/** Descriptors 0 to 2 are the standard ones, never the readiness pipe. */
function readyDescriptor(value: string | undefined, problems: string[]): number | null {
  if (value === undefined) return null;
  if (!/^([3-9]|[1-9]\d{1,4})$/.test(value)) {
    problems.push(`BOARDSMITH_READY_FD: ${quote(value)} is no descriptor from 3 to 99999`);
  }
  return Number(value);
}

function quote(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

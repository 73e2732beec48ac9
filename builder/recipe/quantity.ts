const sizeUnits = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const durationUnits = { s: 1, min: 60 } as const;

export const mebibyte = sizeUnits.MiB;

/** A whole number, one space, a unit. Nine digits stay exact as bytes. */
export const sizePattern = '^[1-9][0-9]{0,8} (KiB|MiB|GiB)$';
export const durationPattern = '^[1-9][0-9]{0,5} (s|min)$';

/** Bytes of a size that fulfils `sizePattern`: `64 MiB`. */
export function parseSize(text: string): number {
  return parse(text, sizeUnits);
}

/** Seconds of a duration that fulfils `durationPattern`: `10 s`. */
export function parseDuration(text: string): number {
  return parse(text, durationUnits);
}

/** What `64MB`, `64 mib`, `64M`, `10sec` or `2m` were meant to be, in the strict form; null if that is not clear. */
export function meantQuantity(text: string): string | null {
  const match = /^0*([1-9]\d{0,5})\s*([a-z]+)$/i.exec(text.trim());
  const unit = unitsByHabit[match?.[2]?.toLowerCase() ?? ''];
  return match === null || unit === undefined ? null : `${match[1]} ${unit}`;
}

/** A size as a person writes it. */
export function formatSize(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find((name) => bytes % sizeUnits[name] === 0);
  return unit === undefined ? `${bytes} bytes` : `${bytes / sizeUnits[unit]} ${unit}`;
}

/** `m` is left out: it could be minutes or mebibytes. */
const unitsByHabit: Readonly<Record<string, string>> = {
  k: 'KiB',
  kb: 'KiB',
  kib: 'KiB',
  mb: 'MiB',
  mib: 'MiB',
  g: 'GiB',
  gb: 'GiB',
  gib: 'GiB',
  s: 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
};

function parse(text: string, units: Readonly<Record<string, number>>): number {
  const [count, unit] = text.split(' ');
  const factor = units[unit ?? ''];
  if (factor === undefined || !/^\d+$/.test(count!))
    throw new RangeError(`not checked by the schema: ${text}`);
  return Number(count) * factor;
}

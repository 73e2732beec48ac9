import type { UnitBurnt } from './ledger-record.ts';

const columns: readonly (readonly [string, (unit: UnitBurnt) => string | number | null])[] = [
  ['line', ({ line }) => line],
  ['time', ({ time }) => time],
  ['batch', ({ batch }) => batch],
  ['serial', ({ serial }) => serial],
  ['result', ({ result }) => result],
  ['fault', ({ fault }) => fault?.what ?? null],
  ['fault_offset', ({ fault }) => fault?.offset ?? null],
  ['image', ({ image }) => image],
  ['image_sha256', ({ imageSha256 }) => imageSha256],
  ['release', ({ release }) => release],
  ['card', ({ card }) => card],
  ['card_size', ({ cardSize }) => cardSize],
  ['device_public_key', ({ devicePublicKey }) => devicePublicKey],
  ['mac', ({ mac }) => mac],
  ['cluster', ({ cluster }) => cluster],
  ['position', ({ position }) => position],
  ['settings', ({ settings }) => settings.join(' ')],
  ['secrets', ({ secrets }) => secrets.join(' ')],
  ['operator', ({ operator }) => operator],
];

/** Units as CSV (RFC 4180: a header, CRLF after each line), in the order of the ledger. */
export function ledgerCsv(units: readonly UnitBurnt[]): string {
  const rows = [
    columns.map(([name]) => name),
    ...units.map((unit) => columns.map(([, of]) => cell(of(unit)))),
  ];
  return rows.map((row) => `${row.join(',')}\r\n`).join('');
}

/**
 * A text that a spreadsheet would take for a formula gets an apostrophe before it: what a card says of itself is not the operator's own.
 * Numbers are the ledger's and stay as they are.
 */
function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

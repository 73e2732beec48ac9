import { BoardsmithError } from '../error/boardsmith-error.ts';
import { batchShape, digestShape, keyShape, manufacturerShape, serialsShape } from './field-shapes.ts';
import { formatSerialRange, parseSerialRange } from './serial-range.ts';
import { type LineRule, readStrictLines, writeStrictLines } from './strict-lines.ts';
import { type BatchCertificate, longestCertificate, type SerialRange } from './unit-identity.ts';

const title = 'boardsmith batch certificate 1';

const rules: readonly LineRule[] = [
  { key: 'manufacturer', needed: true, many: false, wrong: manufacturerShape },
  { key: 'batch', needed: true, many: false, wrong: batchShape },
  { key: 'serials', needed: true, many: false, wrong: serialsShape },
  { key: 'release', needed: true, many: false, wrong: digestShape },
  { key: 'key', needed: true, many: false, wrong: keyShape },
];

/**
 * The text of a certificate, which is what an authority signs.
 * @throws BoardsmithError UNITS_INVALID with every field that cannot be written
 */
export function certificateText(certificate: BatchCertificate): string {
  const text = writeStrictLines(title, [
    ['manufacturer', certificate.manufacturer],
    ['batch', certificate.batch],
    ['serials', writtenRange(certificate.serials)],
    ['release', `sha256:${certificate.release}`],
    ['key', certificate.key],
  ]);
  parseCertificate(Buffer.from(text, 'utf8'), 'certificate');
  return text;
}

/**
 * Reads a certificate's text.
 * @param source names it in the mistakes: its file, or `certificate` on a card
 * @throws BoardsmithError UNITS_INVALID with every mistake
 */
export function parseCertificate(bytes: Uint8Array, source: string): BatchCertificate {
  const { certificate, problems } = examineCertificate(bytes, source);
  if (certificate === null) throw certificateError(source, problems);
  return certificate;
}

/** The certificate, or null and what is wrong with the text. */
export function examineCertificate(
  bytes: Uint8Array,
  source: string,
): { readonly certificate: BatchCertificate | null; readonly problems: readonly string[] } {
  if (bytes.length > longestCertificate) {
    return { certificate: null, problems: [`${source}: it has more than ${longestCertificate} bytes`] };
  }
  const { values, problems } = readStrictLines(bytes, source, title, rules);
  if (problems.length > 0) return { certificate: null, problems };
  const value = (key: string): string => values.get(key)![0]!;
  return {
    certificate: {
      manufacturer: value('manufacturer'),
      batch: value('batch'),
      serials: parseSerialRange(value('serials')) as SerialRange,
      release: value('release').slice('sha256:'.length),
      key: value('key'),
    },
    problems,
  };
}

/** A range whose ends cannot be written is written as it is, for the mistake to be named with the others. */
function writtenRange(range: SerialRange): string {
  try {
    return formatSerialRange(range);
  } catch (error) {
    if (error instanceof RangeError) return `${range.prefix}${range.first}..${range.prefix}${range.last}`;
    throw error;
  }
}

function certificateError(source: string, problems: readonly string[]): BoardsmithError {
  return new BoardsmithError('UNITS_INVALID', `${source} is no certificate of a batch`, {
    hint: 'boardsmith batch issue makes one',
    problems,
  });
}

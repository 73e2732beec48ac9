import { formatBytes } from '../../builder/cli/format.ts';
import type { BurnFigures } from './burn-figures.ts';

/** docs/measurements-burning.md. */
export function burnPage(figures: BurnFigures, machine: string, date: string): string {
  const { image, size, mapped, rounds, ways } = figures;
  const [ours] = ways;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = ways.map(({ how, writeSeconds, readBackSeconds, written }) => {
    const total = writeSeconds + readBackSeconds;
    const ratio = ours === undefined ? 1 : total / (ours.writeSeconds + ours.readBackSeconds);
    const parts =
      readBackSeconds === 0 ? 'in one' : `${writeSeconds.toFixed(2)} + ${readBackSeconds.toFixed(2)}`;
    return line([how, total.toFixed(2), parts, formatBytes(written), ratio.toFixed(2)]);
  });
  return [
    '# Measurements of burning',
    '',
    `Measured on ${date}: ${machine}.`,
    '',
    `The image \`${image}\` (${formatBytes(size)}, of which ${formatBytes(mapped)} hold something) into a new file of the same disk, turn by turn, median of ${rounds}. All end with the bytes on`,
    "the disk and read back past the kernel's cache: ours by itself, block by block and range by range; after `bmaptool copy` and `dd` (`oflag=direct conv=fsync`) the file is read with",
    '`dd iflag=direct` and its sha256 compared. Ours begins with the start of Node, the check of the signatures and a sha256 of the decompressed image in the cache;',
    '"the card alone" is the time without them, which is what a further card takes.',
    '',
    line(['way', 'seconds', 'writing + reading back', 'written', '÷ ours']),
    line(['---', '---', '---', '---', '---']),
    ...rows,
    '',
    `Once for a release, before the first card: decompressing the image in plain JavaScript, ${figures.decompressSeconds.toFixed(1)} s. \`boardsmith verify\` of the whole folder: ${figures.verifySeconds.toFixed(1)} s.`,
    '',
  ].join('\n');
}

import { formatBytes, formatSeconds } from '../../builder/cli/format.ts';
import type { ChangedLine } from './changed-line.ts';
import type { Figures } from './figures.ts';
import { partsOfABoot } from './parts-of-a-boot.ts';

export interface Measurements {
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Processor, cores, memory, kernel, QEMU. */
  readonly machine: string;
  readonly boots: number;
  readonly ours: readonly Figures[];
  /** Or why it was not measured. */
  readonly debian: Figures | string;
  readonly changedLine: ChangedLine;
}

interface Row {
  readonly what: string;
  readonly value: (figures: Figures) => number | null;
  readonly text: (value: number) => string;
}

const kibibytes = (value: number): string => formatBytes(value * 1024);
const rows: readonly Row[] = [
  { what: 'image, without holes', value: ({ imageBytes }) => imageBytes, text: formatBytes },
  { what: 'image, packed (zstd 9)', value: ({ compressedBytes }) => compressedBytes, text: formatBytes },
  {
    what: 'image of a release (`--dense`), packed (zstd 9)',
    value: ({ releaseBytes }) => releaseBytes,
    text: formatBytes,
  },
  { what: 'ready, kernel started by QEMU', value: ({ ready }) => ready, text: formatSeconds },
  {
    what: 'of that, until init starts the daemon',
    value: ({ daemonStarts }) => daemonStarts,
    text: formatSeconds,
  },
  {
    what: 'ready, by its boot loader',
    value: ({ readyByBootLoader }) => readyByBootLoader,
    text: formatSeconds,
  },
  { what: 'processes', value: ({ processes }) => processes, text: String },
  { what: 'listening ports', value: ({ listeningPorts }) => listeningPorts, text: String },
  { what: 'resident memory of all programs', value: ({ residentKiB }) => residentKiB, text: kibibytes },
  { what: 'memory that is not available', value: ({ usedKiB }) => usedKiB, text: kibibytes },
  { what: 'files', value: ({ files }) => files, text: String },
  { what: 'ELF files', value: ({ elfFiles }) => elfFiles, text: String },
  { what: 'setuid and setgid files', value: ({ setuidFiles }) => setuidFiles, text: String },
];

/** docs/measurements.md. */
export function measurementsPage(measurements: Measurements): string {
  const { date, machine, boots, ours, debian, changedLine } = measurements;
  const systems = typeof debian === 'string' ? ours : [...ours, debian];
  const beside = typeof debian === 'string' ? null : debian;
  const head = [
    '',
    ...systems.map(({ name }) => name),
    ...(beside === null ? [] : ours.map(({ name }) => `Debian ÷ ${name}`)),
  ];
  const table = rows.map(({ what, value, text }) => {
    const cells = systems.map((figures) => {
      const measured = value(figures);
      return measured === null ? '–' : text(measured);
    });
    const ratios = beside === null ? [] : ours.map((figures) => ratio(value(beside), value(figures)));
    return [what, ...cells, ...ratios];
  });
  return [
    '# Measurements',
    '',
    'Written by `npm run bench`; everything in one table was measured in one run.',
    '',
    `${date}, ${machine}. Boot times are medians of ${boots} boots, from the start of QEMU (no KVM) to the first good answer of the health check over the`,
    'network. The appliance is `recipes/cxo`: the same bundle of the same daemon in all systems.',
    '',
    ...(beside === null
      ? [`A plain Debian was not measured: ${debian}.`, '']
      : [
          'Plain Debian is trixie for arm64 made with mmdebstrap (minbase) with systemd, its own kernel and its own Node, in the same machine of the same QEMU.',
          '',
        ]),
    line(head),
    line(head.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...table.map(line),
    '',
    ...partsOfABoot,
    '## A changed line',
    '',
    `From a changed line of the daemon to a new bootable image \`boardsmith build\` takes ${formatSeconds(changedLine.changed)} as a whole process (median),`,
    `${(changedLine.changed / changedLine.unchanged).toFixed(1)} times what it takes to find that nothing changed (${formatSeconds(changedLine.unchanged)}). It runs ${changedLine.steps.length} steps: ${changedLine.steps.map((id) => `\`${id}\``).join(', ')}.`,
    '',
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function ratio(theirs: number | null, ours: number | null): string {
  if (theirs === null || ours === null) return '–';
  return ours === 0 ? (theirs === 0 ? '1' : `${theirs} to none`) : (theirs / ours).toFixed(1);
}

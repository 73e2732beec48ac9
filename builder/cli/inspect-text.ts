import type { ImageReport, ReportedElf, ReportedFile, ReportedPart } from '../inspect/image-report.ts';
import { formatBytes, formatTable } from './format.ts';

/**
 * A report as lines for a person.
 * @param identity what the partition of that name holds, if a unit was written to it: no file system, and its own bytes say no more than that
 */
export function reportLines(report: ImageReport, identity: string | null = null): string[] {
  const { image, boot, description, components } = report;
  const places = [...new Set(report.files.map(({ place }) => place))];
  return [
    `${image.file}  ${formatBytes(image.size)}  sha256 ${image.sha256}`,
    ...(description === null
      ? []
      : [`recipe ${description.recipe}, board ${description.board}, lock of ${description.date}`]),
    '',
    'On the card',
    ...indented(partRows(report.parts, identity), [1, 2, 3]),
    ...places.flatMap((place) => [
      '',
      `In ${place}`,
      ...indented(fileRows(report.files.filter((file) => file.place === place)), [1, 2]),
    ]),
    '',
    'Programs and libraries of the root',
    ...report.elf.flatMap(elfLines),
    '',
    `Boots slot ${boot.slot} with kernel ${boot.kernelRelease ?? '(of unknown version)'}`,
    `  command line: ${boot.commandLine}`,
    ...(boot.modules.length === 0 ? [] : [`  modules: ${boot.modules.join(', ')}`]),
    kernelOptionsLine(boot.kernelOptions),
    '',
    ...cageLines(description),
    '',
    ...componentLines(components),
  ];
}

function partRows(parts: readonly ReportedPart[], identity: string | null): string[][] {
  const rows = parts.map(({ name, offset, size, used, content, bootable }) => {
    const held = name === 'identity' && identity !== null ? identity : content;
    return [
      name,
      formatBytes(offset),
      formatBytes(size),
      formatBytes(used),
      bootable ? `${held}, booted` : held,
    ];
  });
  return [['part', 'at', 'size', 'used', 'content'], ...rows];
}

function fileRows(files: readonly ReportedFile[]): string[][] {
  const rows = files
    .filter(
      ({ type, path }) => type !== 'directory' || !files.some((other) => other.path.startsWith(`${path}/`)),
    )
    .map(({ path, type, mode, size, stored, target, sha256 }) => [
      mode === null ? '-' : mode.toString(8).padStart(4, '0'),
      type === 'file' ? formatBytes(size) : '',
      type === 'file' ? formatBytes(stored) : '',
      sha256?.slice(0, 12) ?? type,
      target === '' ? path : `${path} -> ${target}`,
    ]);
  return [['mode', 'size', 'stored', 'sha256', 'path'], ...rows];
}

function elfLines({ path, role, machine, interpreter, needs }: ReportedElf): string[] {
  const loader = interpreter === null ? '' : `, started by ${interpreter}`;
  return [
    `  ${path}  ${role}, ${machine}${loader}`,
    ...needs.map(({ library, path: found }) => `    needs ${library}: ${found ?? 'not in the image'}`),
  ];
}

function kernelOptionsLine(options: Readonly<Record<string, string>> | null): string {
  return options === null
    ? '  the kernel does not carry its configuration'
    : `  ${Object.keys(options).length} options of the kernel are set (--json lists them)`;
}

function cageLines(description: ImageReport['description']): string[] {
  if (description === null) return ['The image does not say what its daemon may do.'];
  const rows = Object.entries(description.cage).map(([name, value]) => [name, inWords(value)]);
  return ['What the daemon may do, as the image says of itself', ...indented(rows)];
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inWords).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function componentLines(components: ImageReport['components']): string[] {
  if (components === null) return ['No SBOM lies beside it.'];
  const rows = components.map(({ name, version, licence, purl }) => [
    name,
    version,
    licence ?? '-',
    purl ?? '-',
  ]);
  return ['Components', ...indented([['name', 'version', 'licence', 'purl'], ...rows])];
}

function indented(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  return formatTable(rows, right).map((row) => `  ${row}`);
}

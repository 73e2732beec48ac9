import { formatBytes } from '../../builder/cli/format.ts';
import { type ReleaseFigures, releasedCluster } from './measure-release.ts';

/** docs/measurements-releasing.md. */
export function releaseTimesPage(
  { images, boards, raw, packed, cold, warm }: ReleaseFigures,
  machine: string,
  date: string,
): string {
  return [
    '# Measurements of releasing',
    '',
    'Written by `npm run bench -- --only release`; everything here was measured in one run.',
    '',
    `${date}, ${machine}.`,
    '',
    `\`boardsmith release ${releasedCluster}\`: ${boards} boards and their router, which are ${images} images (${formatBytes(raw)}, and ${formatBytes(packed)} as zstd). All images are built before. Seconds are those of the`,
    'whole command, from the start of Node to the folder in its place; steps may run side by side.',
    '',
    '| | seconds | steps run | seconds of all steps |',
    '|---|--:|--:|--:|',
    ...[['nothing compressed yet', cold] as const, ['the same again', warm] as const].map(
      ([what, { seconds, steps, stepSeconds }]) =>
        `| ${what} | ${seconds.toFixed(1)} | ${steps} | ${stepSeconds.toFixed(1)} |`,
    ),
    '',
  ].join('\n');
}

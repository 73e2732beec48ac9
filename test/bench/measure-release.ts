import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { selectCluster } from '../../builder/cli/cluster-selection.ts';
import type { PlanRun } from '../../builder/cli/run-plan.ts';
import type { ReleaseManifest } from '../../builder/release/release-manifest.ts';
import { secretKeyText } from '../../builder/signature/secret-key.ts';
import { generateKey } from '../../builder/signature/signing-key.ts';
import { capturedTerminal } from '../support/captured-terminal.ts';
import { boardsmith } from '../support/command-line.ts';
import { checkout, testCache } from '../support/places.ts';

/** Of different appliances, so that it has eight images. */
export const releasedCluster = 'test/bench/eight-images.yaml';

/** Seconds of the whole command, and of its steps together. */
interface ReleaseTime {
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly steps: number;
}

export interface ReleaseFigures {
  readonly images: number;
  readonly boards: number;
  /** Bytes: of the images as a card has them, and compressed. */
  readonly raw: number;
  readonly packed: number;
  /** All images built, nothing compressed; then the same once more. */
  readonly cold: ReleaseTime;
  readonly warm: ReleaseTime;
}

/** Releases a cluster whose images are built, without its compressed images in the cache and with them. */
export async function measureRelease(say: (line: string) => void): Promise<ReleaseFigures> {
  // Beside the cache, for links.
  const folder = await mkdtemp(join(dirname(testCache), 'boardsmith-bench-'));
  try {
    const key = join(folder, 'bench.key');
    await writeFile(key, await secretKeyText(generateKey(), null), { mode: 0o600 });
    const release = async (
      name: string,
      cache: string,
    ): Promise<ReleaseTime & { manifest: ReleaseManifest }> => {
      say(`releasing ${releasedCluster}: ${name}`);
      const started = performance.now();
      const { exitCode, stdout, stderr } = await boardsmith([
        ...['release', releasedCluster, '--first', '--allow-dirty', '--json', '--key', key],
        ...['--out', join(folder, name), '--cache', cache],
      ]);
      if (exitCode !== 0) throw new Error(stderr);
      const seconds = (performance.now() - started) / 1000;
      const { manifest, steps } = JSON.parse(stdout.trim().split('\n').at(-1)!) as PlanRun & {
        manifest: ReleaseManifest;
      };
      const stepSeconds = steps.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
      return { manifest, seconds, stepSeconds, steps: steps.length };
    };
    await release('built', testCache);
    const cache = join(folder, 'cache');
    await execa('cp', ['-al', testCache, cache]);
    const terminal = capturedTerminal({ currentDirectory: checkout });
    const { plan, cluster } = await selectCluster(terminal, releasedCluster, {
      ...{ dense: true, packed: ['zstd'] },
    });
    for (const { kind, key: step } of plan.steps) {
      if (kind !== 'compress-image' && kind !== 'block-map') continue;
      await rm(join(cache, 'built', step), { recursive: true });
    }
    const { manifest, ...cold } = await release('cold', cache);
    const { manifest: _same, ...warm } = await release('warm', cache);
    const sizes = new Map(manifest.files.map(({ path, size }) => [path, size]));
    return {
      images: manifest.images.length,
      boards: cluster.groups.reduce((sum, { units }) => sum + units.length, 0),
      raw: manifest.images.reduce((sum, image) => sum + image.raw.size, 0),
      packed: manifest.images.reduce((sum, image) => sum + sizes.get(image.zstd)!, 0),
      ...{ cold, warm },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

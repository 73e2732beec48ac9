import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openDecompressed } from '../../builder/burn/decompressed-image.ts';
import { mapBlockSize } from '../../builder/image/block-map.ts';
import type { ReleaseManifest } from '../../builder/release/release-manifest.ts';
import { boardsmith } from '../support/command-line.ts';
import { median } from './figures.ts';

const run = promisify(execFile);

/** One way to bring an image into a file, on the disk and read back past the kernel's cache. */
export interface BurnFigure {
  readonly how: string;
  /** Median over the rounds. */
  readonly writeSeconds: number;
  readonly readBackSeconds: number;
  /** Bytes that were handed to the disk. */
  readonly written: number;
}

export interface BurnFigures {
  readonly image: string;
  readonly size: number;
  readonly mapped: number;
  readonly rounds: number;
  /** Once for a release: the packed image into the cache, in plain JavaScript. */
  readonly decompressSeconds: number;
  /** `boardsmith verify` of the whole folder. */
  readonly verifySeconds: number;
  readonly ways: readonly BurnFigure[];
}

/**
 * Burns one image of a release into a new file in three ways, turn by turn on the same file system: ours, `bmaptool copy`, and `dd`. To have the same guarantees the latter two end with an
 * fsync, and the file is read past the cache and its sha256 compared with the image's.
 * @param release a release's folder
 * @param pub the key that signed it
 * @param scratch a folder on a real disk; several images fit into it
 */
export async function burnFigures(
  release: string,
  pub: string,
  scratch: string,
  rounds: number,
): Promise<BurnFigures> {
  const manifest = JSON.parse(await readFile(join(release, 'manifest.json'), 'utf8')) as ReleaseManifest;
  const image = manifest.images[0]!;
  const cache = join(scratch, 'cache');
  const raw = join(cache, 'burn/images', `${image.raw.sha256}.img`);
  const mapped = image.mapped.reduce((sum, { first, last }) => sum + (last + 1 - first) * mapBlockSize, 0);
  const ours = async (): Promise<{
    total: number;
    done: { readonly written: number; readonly milliseconds: number };
  }> => {
    const file = join(scratch, 'ours.img');
    await rm(file, { force: true });
    const began = performance.now();
    const options = ['--image', image.name, '--to', file, '--overwrite', '--cache', cache, '--json'];
    const { exitCode, stdout } = await boardsmith(['burn', release, '--pub', pub, ...options]);
    if (exitCode !== 0) throw new Error(stdout);
    const events = stdout.split('\n').map((line) => JSON.parse(line));
    return { total: (performance.now() - began) / 1000, done: events.find(({ event }) => event === 'done') };
  };
  const decompressSeconds = await seconds(async () => {
    const { signal } = new AbortController();
    const opened = await openDecompressed(image, {
      cache,
      releaseFolder: release,
      verify: true,
      signal,
      onProgress: () => {},
    });
    await opened.close();
  });
  const times = new Map<string, { write: number[]; back: number[]; written: number }>();
  const note = (how: string, write: number, back: number, written: number): void => {
    const before = times.get(how) ?? { write: [], back: [], written };
    before.write.push(write);
    before.back.push(back);
    times.set(how, before);
  };
  for (let round = 0; round < rounds; round += 1) {
    const { total, done } = await ours();
    note('boardsmith burn, one card', total, 0, done.written);
    note('the same, the card alone', done.milliseconds / 1000, 0, done.written);
    for (const [how, program, parameters] of [
      [
        'bmaptool copy',
        'bmaptool',
        ['-q', 'copy', '--bmap', join(release, image.bmap), raw, join(scratch, 'other.img')],
      ],
      [
        'dd',
        'dd',
        [
          `if=${raw}`,
          `of=${join(scratch, 'other.img')}`,
          'bs=4M',
          'oflag=direct',
          'conv=fsync',
          'status=none',
        ],
      ],
    ] as const) {
      const file = join(scratch, 'other.img');
      await rm(file, { force: true });
      const write = await seconds(async () => {
        await run(program, parameters);
        await run('sync', [file]);
      });
      const back = await seconds(async () => await requireSame(file, image.raw.sha256));
      note(how, write, back, how === 'dd' ? image.raw.size : mapped);
      await rm(file, { force: true });
    }
  }
  const verifySeconds = await seconds(async () => {
    const { exitCode, stderr } = await boardsmith(['verify', release, '--pub', pub]);
    if (exitCode !== 0) throw new Error(stderr);
  });
  if ((await stat(raw)).size !== image.raw.size) throw new Error('no image in the cache');
  const ways = [...times].map(([how, { write, back, written }]): BurnFigure => {
    return { how, writeSeconds: median(write), readBackSeconds: median(back), written };
  });
  return {
    ...{ image: image.name, size: image.raw.size, mapped, rounds, verifySeconds, ways },
    decompressSeconds,
  };
}

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await task();
  return (performance.now() - began) / 1000;
}

/** Reads a file past the kernel's cache, as `dd` does with O_DIRECT. */
async function requireSame(file: string, sha256: string): Promise<void> {
  const { stdout } = await run('sh', [
    '-c',
    'dd if="$1" bs=4M iflag=direct status=none | sha256sum',
    'sh',
    file,
  ]);
  if (!stdout.startsWith(sha256)) throw new Error(`${file} is another image`);
}

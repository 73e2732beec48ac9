import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boardsmith } from '../support/command-line.ts';
import { newcomerLock } from '../support/newcomer-lock.ts';
import { checkout, testCache } from '../support/places.ts';
import { median } from './figures.ts';

export interface ChangedLine {
  /** Milliseconds from the start of `boardsmith build` to its end, the median; and of a build of nothing new. */
  readonly changed: number;
  readonly unchanged: number;
  /** Steps that ran for the changed line. */
  readonly steps: readonly string[];
}

/** Changes a line of the daemon and builds the image anew, as somebody does who works on it. */
export async function changedLine(rounds: number): Promise<ChangedLine> {
  const folder = await mkdtemp(join(tmpdir(), 'boardsmith-bench-line-'));
  try {
    const recipe = join(folder, 'cxo');
    await cp(join(checkout, 'recipes/cxo'), recipe, { recursive: true });
    const lock = await newcomerLock(['cxo']);
    const build = async (): Promise<{ milliseconds: number; steps: string[] }> => {
      const began = performance.now();
      const folders = ['--out', join(folder, 'out'), '--cache', testCache];
      const { exitCode, stdout, stderr } = await boardsmith([
        'build',
        recipe,
        '--lock',
        lock,
        '--json',
        ...folders,
      ]);
      if (exitCode !== 0) throw new Error(stderr);
      const last = JSON.parse(stdout.trim().split('\n').at(-1)!) as { steps: { id: string }[] };
      return { milliseconds: Math.round(performance.now() - began), steps: last.steps.map(({ id }) => id) };
    };
    await build();
    const [changed, unchanged]: [number[], number[]] = [[], []];
    let steps: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await appendFile(join(recipe, 'daemon.ts'), `console.debug(${round}, ${Date.now()});\n`);
      const built = await build();
      changed.push(built.milliseconds);
      steps = built.steps;
      unchanged.push((await build()).milliseconds);
    }
    return { changed: median(changed), unchanged: median(unchanged), steps };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

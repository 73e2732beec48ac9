import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ScratchFolders } from '../builder/lock/scratch-folders.ts';
import { startedPrograms } from './support/started-programs.ts';
import { readSuiteOutcome, remarks, type SuiteOutcome } from './support/suite-outcome.ts';

/**
 * Runs every suite (`*.test.ts`) in a process of its own: fast ones side by side, then the slow ones (`*.slow.test.ts`) one at a time, since many of them boot machines and watch
 * their clocks. Beside all these run, one at a time and at the lowest priority, the ones that only compute or compile (`*.beside.slow.test.ts`): in what the others leave of the cores.
 * After them come those that use what was compiled there (`*.last.slow.test.ts`).
 * Options: `--fast` leaves the slow ones out; `--release` runs what takes too long for every change (`*.release.test.ts`) and nothing else;
 * a word keeps only files whose path holds it.
 * The last line is `N passed, N failed`, with `, N skipped` where tests could not run on this machine. A suite that is stopped, by its time limit or with the whole run,
 * is shown with what it said (a dot for each test that is over) and the programs that it runs.
 */
const { values, positionals } = parseArgs({
  options: { fast: { type: 'boolean' }, release: { type: 'boolean' } },
  allowPositionals: true,
});
const testRoot = import.meta.dirname;
/** Suites that run, with what each can tell of where it is. */
const running = new Map<ChildProcess, () => string>();
/** Each suite's temporary folder: images are large, and a suite that fails or is killed removes none. */
const suiteFolders = new ScratchFolders(tmpdir(), 'boardsmith-suite-');
await suiteFolders.removeLeftovers();
const compiledByTsx = join(tmpdir(), `tsx-${process.getuid!()}`);
mkdirSync(compiledByTsx, { recursive: true });
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    for (const [child, whereItIs] of running) {
      console.log(whereItIs());
      killGroup(child);
    }
    process.exit(130);
  });
}

const files = readdirSync(testRoot, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('fixtures/'))
  .filter((file) => positionals.length === 0 || positionals.some((word) => file.includes(word)))
  .sort();
const ofTier = (...tiers: string[]): string[] =>
  files.filter((file) => tiers.some((tier) => file.endsWith(`.${tier}.test.ts`)));
const without = (some: readonly string[], others: readonly string[]): string[] =>
  some.filter((file) => !others.includes(file));
const [slow, beside, last, release] = [
  ofTier('slow'),
  ofTier('beside.slow'),
  ofTier('last.slow'),
  ofTier('release'),
];
const fast = without(files, [...slow, ...release]);
const minutes = 60;

const outcomes =
  values.release === true
    ? await runAll(release, { width: 1, limit: 240 * minutes })
    : values.fast === true
      ? await runFast()
      : await runSlowToo();

const sum = (field: 'passed' | 'failed' | 'skipped'): number =>
  outcomes.reduce((total, outcome) => total + outcome[field], 0);
const failedFiles = outcomes.filter((outcome) => outcome.failed > 0);
if (failedFiles.length > 0) console.log(`\nfailed: ${failedFiles.map((outcome) => outcome.file).join(' ')}`);
const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1);

async function runFast(): Promise<SuiteOutcome[]> {
  return await runAll(fast, { width: availableParallelism(), limit: 5 * minutes });
}

async function runSlowToo(): Promise<SuiteOutcome[]> {
  const inTurn = { width: 1, limit: 40 * minutes };
  const [computed, others] = await Promise.all([
    runAll(beside, { width: 1, limit: 80 * minutes, priority: 'lowest' }),
    runFast().then(async (done) => [...done, ...(await runAll(without(slow, [...beside, ...last]), inTurn))]),
  ]);
  return [...others, ...computed, ...(await runAll(last, inTurn))];
}

interface Manner {
  /** How many at the same time. */
  readonly width: number;
  /** Seconds after which a suite is killed. */
  readonly limit: number;
  readonly priority?: 'lowest';
}

async function runAll(suites: readonly string[], manner: Manner): Promise<SuiteOutcome[]> {
  const outcomes: SuiteOutcome[] = [];
  const queue = [...suites];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      outcomes.push(await runSuite(file, manner));
    }
  };
  await Promise.all(Array.from({ length: manner.width }, worker));
  return outcomes;
}

async function runSuite(file: string, manner: Manner): Promise<SuiteOutcome> {
  return await suiteFolders.use(async (folder) => {
    // As /tmp is: suites start programs under other users.
    chmodSync(folder, 0o1777);
    // What tsx compiled serves all suites; it keeps it below the temporary folder.
    symlinkSync(compiledByTsx, join(folder, basename(compiledByTsx)));
    return await runSuiteIn(folder, file, manner);
  });
}

async function runSuiteIn(folder: string, file: string, { limit, priority }: Manner): Promise<SuiteOutcome> {
  const started = performance.now();
  const node = [process.execPath, '--import', 'tsx', join(testRoot, file)];
  const [program, ...parameters] = priority === 'lowest' ? ['nice', '-n', '19', ...node] : node;
  const child = spawn(program!, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: {
      ...process.env,
      ...{ TMPDIR: folder, FORCE_COLOR: '0', NO_COLOR: '1' },
      ...(priority === 'lowest' ? { BOARDSMITH_TEST_LANE: 'beside' } : {}),
    },
  });
  if (priority === 'lowest') yieldSession(child.pid);
  const output: Buffer[] = [];
  const name = relative(process.cwd(), join(testRoot, file));
  const seconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  running.set(child, () => {
    const said = Buffer.concat(output).toString().trim();
    const text = [...startedPrograms(child.pid!).map((line) => `runs ${line}`), ...said.split('\n')];
    return `STOPPED ${name} (${seconds()} s)\n${shifted(text.join('\n'))}`;
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    // While its programs still run.
    console.log(running.get(child)!());
    killGroup(child);
  }, limit * 1000);
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  running.delete(child);
  const text = Buffer.concat(output).toString();
  const outcome = readSuiteOutcome(file, text, exitCode);
  const word = timedOut ? `FAIL (not over after ${limit} s)` : outcome.failed > 0 ? 'FAIL' : 'ok';
  console.log(
    `${word.padEnd(4)} ${name}: ${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped (${seconds()} s)`,
  );
  if (outcome.failed === 0) for (const line of remarks(text)) console.log(`  ${line}`);
  else if (!timedOut) console.log(shifted(text));
  return outcome;
}

/** Lets all other sessions go first: where the kernel groups processes by session (sched(7), autogroup), `nice` counts within one alone. */
function yieldSession(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '19');
  } catch {
    // A kernel without it.
  }
}

/** Text of a suite, told apart from the runner's own. */
function shifted(text: string): string {
  return text.replaceAll(/^/gm, '  | ');
}

/** Kills a suite with everything that it started. */
function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { ScratchFolders } from '../builder/lock/scratch-folders.ts';
import { startedPrograms } from './support/started-programs.ts';
import { readSuiteOutcome, remarks, type SuiteOutcome } from './support/suite-outcome.ts';

/**
 * Runs every suite (`*.test.ts`) in a process of its own: fast ones side by side, then the slow ones (`*.slow.test.ts`) one at a time.
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
const ofTier = (tier: string) => files.filter((file) => file.endsWith(`.${tier}.test.ts`));
const [slow, release] = [ofTier('slow'), ofTier('release')];
const fast = files.filter((file) => !slow.includes(file) && !release.includes(file));

const outcomes =
  values.release === true
    ? await runAll(release, 1, 4 * 60 * 60)
    : await runAll(fast, availableParallelism(), 5 * 60);
if (values.fast !== true && values.release !== true) outcomes.push(...(await runAll(slow, 1, 40 * 60)));

const sum = (field: 'passed' | 'failed' | 'skipped'): number =>
  outcomes.reduce((total, outcome) => total + outcome[field], 0);
const failedFiles = outcomes.filter((outcome) => outcome.failed > 0);
if (failedFiles.length > 0) console.log(`\nfailed: ${failedFiles.map((outcome) => outcome.file).join(' ')}`);
const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped}`);
process.exit(sum('failed') === 0 && sum('passed') > 0 ? 0 : 1);

async function runAll(suites: string[], width: number, seconds: number): Promise<SuiteOutcome[]> {
  const outcomes: SuiteOutcome[] = [];
  const queue = [...suites];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      outcomes.push(await runSuite(file, seconds));
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return outcomes;
}

async function runSuite(file: string, seconds: number): Promise<SuiteOutcome> {
  return await suiteFolders.use(async (folder) => {
    // As /tmp is: suites start programs under other users.
    chmodSync(folder, 0o1777);
    // What tsx compiled serves all suites; it keeps it below the temporary folder.
    symlinkSync(compiledByTsx, join(folder, basename(compiledByTsx)));
    return await runSuiteIn(folder, file, seconds);
  });
}

async function runSuiteIn(folder: string, file: string, limit: number): Promise<SuiteOutcome> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', join(testRoot, file)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, TMPDIR: folder, FORCE_COLOR: '0', NO_COLOR: '1' },
  });
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

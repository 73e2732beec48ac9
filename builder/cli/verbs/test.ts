import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BootableImage } from '../../../qemu/bootable-image.ts';
import { failuresOf, holds, meetings, trialCount } from '../../../qemu/cluster/cluster-report.ts';
import { boardGroups, boardsAtOnce } from '../../../qemu/cluster/groups.ts';
import { junitXml } from '../../../qemu/cluster/junit.ts';
import type { StageBoard } from '../../../qemu/cluster/stage.ts';
import { type ClusterTestEvent, testCluster } from '../../../qemu/cluster/test-cluster.ts';
import { isAsExpected, trialText } from '../../../qemu/cluster/trial.ts';
import { timeoutScale } from '../../../qemu/speed.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { exitCodes } from '../../error/error-codes.ts';
import { readBootable } from '../bootable.ts';
import { type BuiltImages, buildImages } from '../build-images.ts';
import { clusterPage } from '../cluster-page/page.ts';
import { compilePlansProbe } from '../cluster-probe.ts';
import {
  addRouterOption,
  type ClusterOptions,
  type ClusterSelection,
  routerName,
  selectCluster,
} from '../cluster-selection.ts';
import { formatSeconds } from '../format.ts';
import { paint } from '../paint.ts';
import { requirePlayable } from '../require-playable.ts';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';
import { cacheFolder } from '../workspace.ts';
import { writeWhole } from '../write-whole.ts';
import { describeVerb, type Verb } from './verb.ts';

interface TestOptions extends Pick<ClusterOptions, 'router'> {
  readonly out: string;
  readonly cache?: string;
  readonly lock?: string;
  readonly boards?: number;
  readonly memory?: number;
  readonly pcap?: true;
  readonly json?: true;
}

/** MiB of a machine that plays a board here: daemons of 512 MiB start in it, and four of them fit beside a router. */
const usualMemoryMiB = 512;
const mebibyte = 1024 * 1024;
/** Failures that are printed one by one; the files have all. */
const printed = 40;

/** `boardsmith test`: boots a cluster in QEMU and tries its policy with packets between the images. */
export const testVerb: Verb = {
  define(program, terminal, exit) {
    const command = describeVerb(
      program,
      'test <cluster>',
      'build a cluster, boot its router and boards in QEMU, and try who reaches whom; writes report.ndjson, junit.xml and report.html',
      'boardsmith test skyminer-4 --out out/',
    );
    addRouterOption(command)
      .option('--out <dir>', 'folder for images, logs and the report', 'out')
      .option('--cache <dir>', "cache folder (default: the user's cache folder)")
      .option('--lock <file>', 'lock file (default: the boardsmith.lock nearest to the recipes)')
      .option(
        '--boards <n>',
        'boards that run at once (default: what cores and memory allow)',
        wholeNumber(2),
      )
      .option('--memory <MiB>', `memory of each machine (default: ${usualMemoryMiB})`, wholeNumber(64))
      .option('--pcap', 'record every frame of every cable, for Wireshark')
      .option('--json', 'print events as NDJSON; the last one is the outcome')
      .action(async (name: string, options: TestOptions) => {
        const code = await run(terminal, name, options);
        if (code !== 0) exit(code);
      });
  },
};

/** @returns the exit code */
async function run(terminal: Terminal, name: string, options: TestOptions): Promise<number> {
  const json = options.json === true;
  const out = resolve(terminal.currentDirectory, options.out);
  const cache = cacheFolder(terminal, options.cache);
  const selection = await selectCluster(terminal, name, options);
  requirePlayable(selection.cluster);
  const built = await buildImages(terminal, selection, {
    ...{ out, cache, vendor: null, offline: false, dryRun: false, json },
  });
  const scratch = await mkdtemp(join(tmpdir(), 'boardsmith-test-'));
  try {
    // The probe takes the place of init, which a release has not.
    const probe =
      selection.cluster.router.base === 'embedded'
        ? await compilePlansProbe(selection.plan, cache, scratch, terminal.signal)
        : null;
    return await tryCluster(terminal, selection, built, { ...options, out, json, probe });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Trying {
  readonly out: string;
  readonly json: boolean;
  readonly boards?: number;
  readonly memory?: number;
  readonly pcap?: true;
  readonly probe: string | null;
}

async function tryCluster(
  terminal: Terminal,
  selection: ClusterSelection,
  built: BuiltImages,
  options: Trying,
): Promise<number> {
  const { policy } = selection;
  const { out, json } = options;
  const { router, boards } = await stageMachines(selection, built, options.memory ?? usualMemoryMiB);
  const routerMemoryMiB = Math.max(router.leastMemoryMiB, options.memory ?? usualMemoryMiB);
  const most = options.boards ?? fittingBoards(boards, routerMemoryMiB);
  const groups = boardGroups(
    boards.map(({ name }) => name),
    most,
  );
  const folder = join(out, `test-${policy.cluster}`);
  await mkdir(folder, { recursive: true });
  const events = createWriteStream(join(folder, 'report.ndjson'));
  const tell = progressOf(terminal, json);
  const onEvent = (event: ClusterTestEvent | Readonly<Record<string, unknown>>): void => {
    events.write(`${JSON.stringify(event)}\n`);
    if (json) terminal.out(JSON.stringify(event));
  };
  try {
    const report = await testCluster({
      ...{ policy, router, routerMemoryMiB, boards, groups, probe: options.probe },
      ...{ timeoutScale: timeoutScale(), signal: terminal.signal, logs: join(folder, 'logs') },
      capture: options.pcap === true,
      onEvent(event) {
        onEvent(event);
        tell(event);
      },
    });
    const failures = failuresOf(report);
    const pairs = meetings(report);
    const met = pairs.filter(({ groups: where }) => where.length > 0).length;
    const passed = holds(report) && met === pairs.length;
    onEvent({
      event: 'tested',
      cluster: policy.cluster,
      trials: trialCount(report),
      failures: failures.length,
      meetings: pairs,
      holds: passed,
    });
    await writeWhole(join(folder, 'junit.xml'), junitXml(report));
    await writeWhole(join(folder, 'report.html'), clusterPage(report));
    if (!json) {
      for (const trial of failures.slice(0, printed)) terminal.out(trialText(trial));
      if (failures.length > printed) terminal.out(`and ${failures.length - printed} more`);
      if (report.broken !== null) terminal.out(report.broken);
      const color = paint(terminal);
      const verdict = passed ? color.green('holds') : color.red('does not hold');
      terminal.out(
        `${verdict} ${policy.cluster}: ${trialCount(report)} things tried, ${failures.length} otherwise than the policy says; ${met} of ${pairs.length} pairs of boards ran at once`,
      );
      terminal.note(`report: ${shownPath(terminal, join(folder, 'report.html'))}`);
    }
    return passed ? 0 : exitCodes.BOOT_FAILED;
  } finally {
    await new Promise((resolveEnd) => events.end(resolveEnd));
  }
}

async function stageMachines(
  { cluster }: ClusterSelection,
  built: BuiltImages,
  memoryMiB: number,
): Promise<{ readonly router: BootableImage; readonly boards: StageBoard[] }> {
  const imageOf = async (recipe: string, board: string): Promise<BootableImage> => {
    const image = built.images.find((candidate) => candidate.recipe === recipe && candidate.board === board)!;
    return await readBootable(image.image);
  };
  const boards: StageBoard[] = [];
  for (const { recipe, board, units } of cluster.groups) {
    const image = await imageOf(recipe.name, board.name);
    const memory = Math.max(memoryMiB, image.leastMemoryMiB);
    boards.push(...units.map((unit) => ({ name: unit.name, image, memoryMiB: memory })));
  }
  return { router: await imageOf(routerName, cluster.router.board.name), boards };
}

/** @throws BoardsmithError HOST_UNSUITABLE if no two boards fit */
function fittingBoards(boards: readonly StageBoard[], routerMiB: number): number {
  const machine = { cores: availableParallelism(), memoryMiB: Math.floor(freemem() / mebibyte) };
  const largest = Math.max(...boards.map(({ memoryMiB }) => memoryMiB));
  const most = boardsAtOnce(machine, largest, routerMiB);
  if (most >= Math.min(2, boards.length)) return most;
  throw new BoardsmithError(
    'HOST_UNSUITABLE',
    `${machine.memoryMiB} MiB of free memory are too few for a router and two boards`,
    {
      hint: 'end other programs, or give the machines less memory with --memory',
    },
  );
}

/** What a person sees while it runs: a line for each machine and each scenario, and every failure as it is found. */
function progressOf(terminal: Terminal, json: boolean): (event: ClusterTestEvent) => void {
  if (json) return () => {};
  const color = paint(terminal);
  return (event) => {
    switch (event.event) {
      case 'group':
        terminal.note(color.bold(`group ${event.number} of ${event.of}: router, ${event.boards.join(', ')}`));
        break;
      case 'running':
        terminal.note(`  ${event.machine} runs after ${formatSeconds(event.milliseconds)}`);
        break;
      case 'scenario':
        terminal.note(`  ${event.title} …`);
        break;
      case 'trial':
        if (!isAsExpected(event)) terminal.note(`    ${color.red(trialText(event))}`);
        break;
      case 'scenario-end':
        terminal.note(
          event.skipped === null
            ? `    ${event.trials} tried, ${event.failures} failed, ${formatSeconds(event.milliseconds)}`
            : `    not tried: ${event.skipped}`,
        );
        break;
      case 'broken':
        terminal.note(color.red(event.message.split('\n')[0]!));
        break;
    }
  };
}

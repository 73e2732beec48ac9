import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import type { BootableImage } from '../bootable-image.ts';
import type { Machine } from '../machine.ts';
import { bootTimeline } from '../timeline.ts';
import { captureLinks } from './capture.ts';
import type { ClusterReport, MachineReport, ScenarioReport } from './cluster-report.ts';
import type { Scenario, ScenarioTools } from './scenario.ts';
import { scenarios as allScenarios } from './scenarios/all-scenarios.ts';
import { Shooting } from './shooting.ts';
import { Stage, type StageBoard } from './stage.ts';
import { isAsExpected, type Trial } from './trial.ts';

/** What happens, as it happens. */
export type ClusterTestEvent =
  | {
      readonly event: 'group';
      readonly number: number;
      readonly of: number;
      readonly boards: readonly string[];
    }
  | { readonly event: 'running'; readonly machine: string; readonly milliseconds: number }
  | { readonly event: 'scenario'; readonly name: string; readonly title: string }
  | ({ readonly event: 'trial' } & Trial)
  | {
      readonly event: 'scenario-end';
      readonly name: string;
      readonly skipped: string | null;
      readonly trials: number;
      readonly failures: number;
      readonly milliseconds: number;
    }
  | { readonly event: 'broken'; readonly message: string };

export interface ClusterTestOptions {
  readonly policy: Policy;
  readonly router: BootableImage;
  readonly routerMemoryMiB: number;
  /** All boards of the policy. */
  readonly boards: readonly StageBoard[];
  /** Names of the boards that run at once, group after group. */
  readonly groups: readonly (readonly string[])[];
  /** A compiled probe, or null: then the router's daemon is not killed. */
  readonly probe: string | null;
  readonly timeoutScale: number;
  readonly signal: AbortSignal;
  /** Folder for the machines' logs; made if it is not there. */
  readonly logs: string;
  /** Records every frame, in the folder `cables` beside the logs. */
  readonly capture?: boolean;
  readonly onEvent?: (event: ClusterTestEvent) => void;
  /** Instead of all. */
  readonly scenarios?: readonly Scenario[];
}

/**
 * Boots a cluster group by group and tries it. What is not as the policy says is in the report; nothing is left of the machines when this returns or throws.
 * @throws BoardsmithError INTERRUPTED; all else that goes wrong is the report's `broken`
 */
export async function testCluster(options: ClusterTestOptions): Promise<ClusterReport> {
  const { policy, groups, onEvent = () => {} } = options;
  const reports: ScenarioReport[] = [];
  const machines: MachineReport[] = [];
  const finished: (readonly string[])[] = [];
  let broken: string | null = null;
  await mkdir(options.logs, { recursive: true });
  for (const [index, group] of groups.entries()) {
    onEvent({ event: 'group', number: index + 1, of: groups.length, boards: group });
    try {
      await testGroup(options, group, index, reports, machines);
      finished.push(group);
    } catch (error) {
      if (!(error instanceof BoardsmithError) || error.code === 'INTERRUPTED') throw error;
      broken = [error.message, ...error.problems].join('\n');
      onEvent({ event: 'broken', message: broken });
      break;
    }
  }
  return {
    reportVersion: 1,
    cluster: policy.cluster,
    boards: policy.boards.map(({ name }) => name),
    hasUplink: policy.uplink !== null,
    groups: finished,
    scenarios: reports,
    machines,
    broken,
    timeoutScale: options.timeoutScale,
  };
}

async function testGroup(
  options: ClusterTestOptions,
  group: readonly string[],
  index: number,
  reports: ScenarioReport[],
  machines: MachineReport[],
): Promise<void> {
  const { policy, router, routerMemoryMiB, timeoutScale, signal, onEvent = () => {} } = options;
  const boards = options.boards.filter(({ name }) => group.includes(name));
  const scratch = await mkdtemp(join(tmpdir(), 'boardsmith-stage-'));
  const logs = index === 0 ? options.logs : join(options.logs, `group-${index + 1}`);
  await mkdir(logs, { recursive: true });
  const stage = await Stage.set({ policy, router, routerMemoryMiB, boards, timeoutScale, signal, logs });
  const endCapture = options.capture === true ? await captureLinks(stage.links, join(logs, 'cables')) : null;
  const shooting = new Shooting({
    links: stage.links,
    freePort: () => stage.freePort(),
    settle: (cables) => stage.settle(cables),
  });
  try {
    await stage.startRouter();
    onEvent({ event: 'running', machine: 'router', milliseconds: sinceStart(stage.router) });
    await stage.startBoards();
    for (const [name, machine] of stage.boards) {
      onEvent({ event: 'running', machine: name, milliseconds: sinceStart(machine) });
    }
    const served = options.boards.flatMap(({ image }) => image.ports);
    const tools: ScenarioTools = { stage, shooting, served, probe: options.probe, scratch };
    for (const scenario of options.scenarios ?? allScenarios) {
      if (scenario.once && index > 0) continue;
      reports.push(await runScenario(scenario, tools, group, onEvent));
    }
  } finally {
    shooting.end();
    for (const [number, machine] of stage.routers.entries()) {
      machines.push(
        machineReport(number === 0 ? 'router' : `router-${number + 1}`, index + 1, router, machine),
      );
    }
    for (const { name, image } of boards) {
      const machine = stage.boards.get(name);
      if (machine !== undefined) machines.push(machineReport(name, index + 1, image, machine));
    }
    await stage.strike();
    await endCapture?.();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function runScenario(
  scenario: Scenario,
  tools: ScenarioTools,
  group: readonly string[],
  onEvent: (event: ClusterTestEvent) => void,
): Promise<ScenarioReport> {
  const { name, title } = scenario;
  onEvent({ event: 'scenario', name, title });
  const started = performance.now();
  const outcome = await scenario.run(tools);
  const skipped = 'skipped' in outcome ? outcome.skipped : null;
  const trials = 'skipped' in outcome ? [] : outcome;
  for (const trial of trials) onEvent({ event: 'trial', ...trial });
  const milliseconds = Math.round(performance.now() - started);
  const failures = trials.filter((trial) => !isAsExpected(trial)).length;
  onEvent({ event: 'scenario-end', name, skipped, trials: trials.length, failures, milliseconds });
  return { name, title, group, skipped, milliseconds, trials };
}

function machineReport(name: string, group: number, image: BootableImage, machine: Machine): MachineReport {
  const { lines } = machine.console;
  return {
    name,
    group,
    image: `${image.recipe}-${image.board}`,
    command: machine.command,
    timeline: bootTimeline(lines),
    console: lines.map(({ atMs, text }) => `[${(atMs / 1000).toFixed(3).padStart(9)}] ${text}`),
  };
}

function sinceStart(machine: Machine): number {
  return Math.round(performance.now() - machine.powerOn);
}

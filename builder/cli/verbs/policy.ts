import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { compileRuleset } from '../../../openwrt/nft/compile-ruleset.ts';
import { printNft } from '../../../openwrt/nft/print-text.ts';
import { diffPolicies, opensAnything } from '../../../openwrt/policy/diff/policy-diff.ts';
import { withSshKeys } from '../../../openwrt/policy/diff/ssh-keys-diff.ts';
import { explainPacket } from '../../../openwrt/policy/explain/explain-packet.ts';
import { packetForm, parsePacket } from '../../../openwrt/policy/explain/packet.ts';
import type { Origin, Policy } from '../../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../../openwrt/policy/policy-of-cluster.ts';
import { policyInWords } from '../../../openwrt/policy/words.ts';
import { prove } from '../../../openwrt/proof/prove.ts';
import { BoardsmithError } from '../../error/boardsmith-error.ts';
import { loadCluster } from '../../recipe/load-cluster.ts';
import { type Problem, problemLine } from '../../recipe/problem.ts';
import { listRuleset } from '../list-ruleset.ts';
import { sayNext } from '../next-command.ts';
import { paint } from '../paint.ts';
import { policyPage } from '../policy-page/page.ts';
import { diffLines, explanationLines, fileLines, policyLines } from '../policy-text.ts';
import { routerFiles } from '../router-files.ts';
import { shownPath } from '../shown-path.ts';
import type { Terminal } from '../terminal.ts';
import { findCluster } from '../workspace.ts';
import { writeBelow, writeWhole } from '../write-whole.ts';
import { describeVerb, type Verb } from './verb.ts';

interface PolicyOptions {
  readonly html?: string;
  readonly out?: string;
  readonly json?: true;
}

/** Something opens. As diff(1): no error, and not nothing. */
const opensExitCode = 1;
/** The ruleset is not the policy. */
const differsExitCode = 1;

/** `boardsmith policy`: what a cluster's router lets pass, and what is made of that. */
export const policy: Verb = {
  define(program, terminal, exit) {
    const command = describeVerb(
      program,
      'policy',
      'say what a cluster’s router lets pass, what a change opens, and why a packet passes',
      "boardsmith policy skyminer-4 --html matrix.html\n  boardsmith policy diff skyminer-4 skyminer-8\n  boardsmith policy explain skyminer-4 'tcp 10.77.0.2:4000 > 10.77.0.6:6420'",
    );
    defineShow(command, terminal);
    defineDiff(command, terminal, exit);
    defineExplain(command, terminal);
    defineProve(command, terminal, exit);
  },
};

function defineShow(command: Command, terminal: Terminal): void {
  command
    .command('show <cluster>', { isDefault: true })
    .description('print it in words, as UCI and as a ruleset (the default: boardsmith policy CLUSTER)')
    .option('--html <file>', 'also write the matrix (who may reach whom) as a page into this file')
    .option('--out <dir>', 'write every file and the page into this folder instead of printing them')
    .option('--json', 'print the policy and its files as one JSON object')
    .action(async (name: string, options: PolicyOptions) => {
      const { policy, description, file, warnings } = await loadPolicy(terminal, name);
      const files = routerFiles(policy);
      const page = policyPage(policy, description, files);
      const path = (part: string): string => resolve(terminal.currentDirectory, part);
      if (options.html !== undefined) await writeWhole(path(options.html), page);
      if (options.out !== undefined) {
        await writeBelow(path(options.out), { ...files, '/matrix.html': page });
      }
      if (options.json) {
        terminal.out(JSON.stringify({ policy, words: policyInWords(policy), files, warnings }));
        return;
      }
      const color = paint(terminal);
      noteWarnings(terminal, warnings);
      for (const line of policyLines(policy, color, placeIn(terminal, file))) terminal.out(line);
      if (options.out === undefined) for (const line of fileLines(files, color)) terminal.out(line);
      else
        terminal.note(
          `wrote ${Object.keys(files).length + 1} files into ${options.out}, matrix.html among them`,
        );
      if (options.html === undefined && options.out === undefined) {
        sayNext(terminal, 'policy', name, '--html', 'matrix.html');
      }
    });
}

function defineDiff(command: Command, terminal: Terminal, exit: (code: number) => void): void {
  command
    .command('diff <before> <after>')
    .description(`say what opens and what closes; ends with ${opensExitCode} if anything opens, else with 0`)
    .option('--json', 'print it as one JSON object')
    .action(async (before: string, after: string, options: { json?: true }) => {
      const [old, now] = [await loadPolicy(terminal, before), await loadPolicy(terminal, after)];
      const difference = withSshKeys(diffPolicies(old.policy, now.policy), old.sshKeys, now.sshKeys);
      if (options.json) terminal.out(JSON.stringify(difference));
      else for (const line of diffLines(difference, paint(terminal))) terminal.out(line);
      if (opensAnything(difference)) exit(opensExitCode);
    });
}

function defineExplain(command: Command, terminal: Terminal): void {
  command
    .command('explain <cluster> <packet>')
    .description(`say why a new connection passes or not, and which line decides: '${packetForm}'`)
    .option('--json', 'print it as one JSON object')
    .action(async (name: string, text: string, options: { json?: true }) => {
      const { policy, file } = await loadPolicy(terminal, name);
      const packet = parsePacket(text, policy);
      if (typeof packet === 'string') {
        throw new BoardsmithError('USAGE', `${JSON.stringify(text)} is no packet: ${packet}`, {
          hint: `write it as ${packetForm}`,
        });
      }
      const explanation = explainPacket(policy, packet);
      if (options.json) {
        terminal.out(JSON.stringify({ packet, ...explanation }));
        return;
      }
      for (const line of explanationLines(explanation, paint(terminal), placeIn(terminal, file))) {
        terminal.out(line);
      }
    });
}

function defineProve(command: Command, terminal: Terminal, exit: (code: number) => void): void {
  command
    .command('prove <cluster>')
    .description(
      `show that the ruleset, as a kernel holds it, lets pass exactly what the policy says, over all packets; ends with ${differsExitCode} if not`,
    )
    .option('--json', 'print it as one JSON object')
    .action(async (name: string, options: { json?: true }) => {
      const { policy } = await loadPolicy(terminal, name);
      const listing = await listRuleset(printNft(compileRuleset(policy)), terminal.signal);
      const { proven, notUnderstood, differences } = prove(policy, listing);
      const words = [
        ...notUnderstood.map((place) => `not understood: ${place}`),
        ...differences.map((difference) => difference.words),
      ];
      if (options.json) terminal.out(JSON.stringify({ cluster: policy.cluster, proven, differences: words }));
      else for (const line of words) terminal.out(line);
      if (proven && !options.json) {
        terminal.out(
          `${policy.cluster}: proven over all packets; what is forwarded, accepted and sent is what the policy names`,
        );
      }
      if (!proven) exit(differsExitCode);
    });
}

interface LoadedPolicy {
  readonly policy: Policy;
  readonly description: string;
  readonly file: string;
  readonly warnings: readonly Problem[];
  /** Of whoever may log into the router. */
  readonly sshKeys: readonly string[];
}

async function loadPolicy(terminal: Terminal, name: string): Promise<LoadedPolicy> {
  const file = findCluster(terminal, name);
  const warnings: Problem[] = [];
  const cluster = await loadCluster(file, (warning) => warnings.push(warning));
  return {
    policy: policyOfCluster(cluster),
    description: cluster.description,
    sshKeys: cluster.ssh.keys,
    file,
    warnings,
  };
}

function noteWarnings(terminal: Terminal, warnings: readonly Problem[]): void {
  for (const warning of warnings) {
    terminal.note(`${paint(terminal).yellow('warning:')} ${problemLine(warning)}`);
  }
}

/** A policy names its file without the folder: the same cluster is the same policy anywhere. A person gets one that can be opened. */
function placeIn(terminal: Terminal, file: string): (origin: Origin) => string {
  return (origin) => `${shownPath(terminal, join(dirname(file), origin.file))}:${origin.line}`;
}

import { type ManagementServices, servicesOff } from './closed/management-services.ts';
import type { RouterFile } from './router-file.ts';

/** A root file system that can be asked for its entries and the content of its files. */
export interface ReadableRoot {
  entries(): Promise<readonly RootEntry[]>;
  readFile(path: string): Promise<Buffer>;
}

export interface RootEntry {
  /** Absolute; `/` is the root. */
  readonly path: string;
  /** `file`, `directory`, `symlink`, or another kind. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of a symlink; empty for others. */
  readonly target: string;
}

/** Scripts that must be started at boot, by the names of their links: their order is what keeps the router closed. */
const startedAtBoot = ['/etc/rc.d/S11boardsmith-closed', '/etc/rc.d/S19firewall'];
/** Folders from which fw4 takes rules on its own account. */
const includedRules = /^\/(?:etc|usr\/share)\/nftables\.d\/.+\.nft$/;

/**
 * What is wrong with the root of a built image, in words and sorted: a file of ours that is missing or not as it was given (content, permissions,
 * owner), a script of ours that is not started, a service that is there and must not be, rules from elsewhere.
 */
export async function rootProblems(
  root: ReadableRoot,
  files: readonly RouterFile[],
  services: ManagementServices,
): Promise<string[]> {
  const entries = new Map((await root.entries()).map((entry) => [entry.path, entry]));
  const problems: string[] = [];
  for (const file of files) problems.push(...(await fileProblems(root, entries.get(file.path), file)));
  for (const link of startedAtBoot) {
    const target = `../init.d/${link.replace(/^.*\/S\d\d/, '')}`;
    if (entries.get(link)?.target !== target) problems.push(`${link} does not start ${target}`);
  }
  for (const early of entries.keys()) {
    // Whatever is started before ours could switch forwarding on or bring a link up; these are OpenWrt's own that do not.
    const order = /^\/etc\/rc\.d\/S(\d\d)(.*)$/.exec(early);
    if (order !== null && `${order[1]}${order[2]}` < '11boardsmith-closed' && !harmless.has(order[2]!)) {
      problems.push(`${early} is started before the router is closed, and it is not known to be harmless`);
    }
  }
  const ours = new Set(files.map(({ path }) => path));
  for (const path of entries.keys()) {
    if (includedRules.test(path) && !ours.has(path))
      problems.push(`${path} would be a part of fw4's ruleset`);
  }
  for (const { name, scripts, programs, reason } of servicesOff(services)) {
    const there = [...programs, ...startLinks(entries.keys(), scripts)].filter((path) => entries.has(path));
    for (const path of there)
      problems.push(`${path} is there, but the cluster does not name ${name}: ${reason}`);
  }
  return problems.sort();
}

/** Scripts of base-files, procd, ubox and urngd below 11 (24.10, 25.12); none touches a link or a rule. */
const harmless = new Set(['sysfixtime', 'urngd', 'boot', 'system']);

async function fileProblems(
  root: ReadableRoot,
  entry: RootEntry | undefined,
  { path, mode, content }: RouterFile,
): Promise<string[]> {
  if (entry === undefined) return [`${path} is not in the image`];
  if (entry.type !== 'file') return [`${path} is a ${entry.type}`];
  const problems: string[] = [];
  if ((entry.mode & 0o7777) !== mode) {
    problems.push(`${path} has the mode ${(entry.mode & 0o7777).toString(8)}, not ${mode.toString(8)}`);
  }
  if (entry.uid !== 0 || entry.gid !== 0)
    problems.push(`${path} belongs to ${entry.uid}:${entry.gid}, not to root`);
  if (!(await root.readFile(path)).equals(Buffer.from(content))) problems.push(`${path} was changed`);
  return problems;
}

function startLinks(paths: Iterable<string>, scripts: readonly string[]): string[] {
  return [...paths].filter((path) => {
    const name = /^\/etc\/rc\.d\/S\d\d(.+)$/.exec(path)?.[1];
    return name !== undefined && scripts.includes(name);
  });
}

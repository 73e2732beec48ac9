import { JsonPositions } from '../json-positions.ts';
import { npmNamePattern, npmPlacePattern, versionPattern } from '../npm-names.ts';

const isName = matcher(npmNamePattern);
const isPlace = matcher(npmPlacePattern);
const isVersion = matcher(versionPattern);

/** A package that a package-lock.json puts into a folder. */
export interface LockedPackage {
  /** `node_modules/a/node_modules/b` */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** What npm writes about one folder; what is of no use here is left out. */
interface PackageLockItem {
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly inBundle?: boolean;
  readonly extraneous?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** What the boards are, in npm's words. */
const target = { os: 'linux', cpu: 'arm64', libc: 'musl' } as const;

/**
 * Reads what a daemon needs at run time from a package-lock.json (version 2 or 3). Left out: what is only for development, optional
 * packages made for other machines, and what lies inside another package's tarball.
 * @param file what problems call it
 * @returns packages sorted by path, and problems as `file:line:column: what is wrong, and what to do`
 */
export function readPackageLock(
  text: string,
  file: string,
): { readonly packages: readonly LockedPackage[]; readonly problems: readonly string[] } {
  let packages: Readonly<Record<string, PackageLockItem>> | undefined;
  try {
    packages = (JSON.parse(text) as { packages?: Record<string, PackageLockItem> }).packages;
  } catch {
    return { packages: [], problems: [`${file}:1:1: this is not valid JSON; make it anew with npm install`] };
  }
  if (packages === undefined) {
    return {
      packages: [],
      problems: [`${file}:1:1: lockfileVersion must be 2 or 3; make it anew with npm install`],
    };
  }
  const positions = new JsonPositions(text);
  const found: LockedPackage[] = [];
  const problems: string[] = [];
  for (const [path, item] of Object.entries(packages)) {
    if (path === '' || item.dev === true || item.inBundle === true || item.extraneous === true) continue;
    const fits = fitsTarget(item);
    if (!fits && (item.optional === true || item.devOptional === true)) continue;
    const name = item.name ?? path.replace(/^.*node_modules\//, '');
    const problem = fits ? problemOf(path, name, item) : 'is not made for Linux on arm64 with musl';
    if (problem === null) found.push({ path, name, version: item.version!, integrity: item.integrity! });
    else problems.push(`${file}:${positions.of(['packages', path])}: ${name} ${problem}`);
  }
  return { packages: found.sort((a, b) => (a.path < b.path ? -1 : 1)), problems };
}

/** What is named here goes to npm's command line and into paths, so a file that somebody wrote by hand is held to what npm writes. */
function problemOf(path: string, name: string, item: PackageLockItem): string | null {
  if (item.link === true || !path.startsWith('node_modules/')) {
    return 'is a folder of its own (a link or a workspace); publish it, or move its sources into the recipe';
  }
  if (item.resolved !== undefined && !/^https?:/.test(item.resolved)) {
    return `comes from ${item.resolved.split(':')[0]}, not from a registry; depend on a published version`;
  }
  if (item.version === undefined || item.integrity === undefined) {
    return 'has no version or no integrity; make the file anew with npm install';
  }
  if (!isName(name)) return 'is no name of a published package; make the file anew with npm install';
  if (!isPlace(path)) return `cannot lie at ${path}; make the file anew with npm install`;
  if (!isVersion(item.version)) {
    return `has ${JSON.stringify(item.version)} as its version; make the file anew with npm install`;
  }
  return null;
}

function fitsTarget(item: PackageLockItem): boolean {
  return fits(item.os, target.os) && fits(item.cpu, target.cpu) && fits(item.libc, target.libc);
}

/** npm's rule: `!x` excludes, anything else must be among those named. */
function fits(accepted: readonly string[] | undefined, value: string): boolean {
  if (accepted === undefined || accepted.length === 0) return true;
  if (accepted.includes(`!${value}`)) return false;
  const named = accepted.filter((one) => !one.startsWith('!'));
  return named.length === 0 || named.includes(value) || named.includes('any');
}

function matcher(pattern: string): (text: unknown) => boolean {
  const expression = new RegExp(pattern);
  return (text) => typeof text === 'string' && expression.test(text);
}

import { findText } from '../../lock/byte-threads/find-text.mjs';
import { bunPayloadProblem, bunTrailer } from './bun-payload.ts';

/**
 * Strings that give an interpreter away whatever its file is called. Each was found in Debian's binary of it (trixie, arm64), and none in Node's or
 * Bun's. OPTIND is the variable of getopts, which every POSIX shell must have (bash, dash, ash, mksh, ksh, zsh).
 */
const signatures: readonly (readonly [string, string])[] = [
  ['BusyBox v', 'busybox'],
  ['toybox --help', 'toybox'],
  ['OPTIND', 'a POSIX shell'],
  ['PYTHONHOME', 'Python'],
  ['PERL5LIB', 'Perl'],
  ['$LuaVersion: ', 'Lua'],
];

/** Name of a module that is built into every Node. */
const nodeMark = 'internal/bootstrap/realm';
/** postject's fuse in Node: `:1` once an application was put in (nodejs.org/api/single-executable-applications.html). */
const blownFuse = /NODE_SEA_FUSE_[0-9a-f]{32}:1/;
const fuseName = 'NODE_SEA_FUSE_';

/** What must be looked for in a program before `interpreterByContent` can tell. */
export const tellingTexts: readonly string[] = [
  ...signatures.map(([text]) => text),
  nodeMark,
  fuseName,
  bunTrailer,
];

/**
 * @param places where each of `tellingTexts` stands first in the program, -1 if it does not
 * @returns the interpreter that a program's bytes are, in words, or null
 */
export function interpreterByContent(bytes: Buffer, places: readonly number[]): string | null {
  const first = (text: string): number => places[tellingTexts.indexOf(text)]!;
  for (const [text, name] of signatures) if (first(text) >= 0) return name;
  if (first(nodeMark) >= 0 && !hasApplication(bytes, first(fuseName)))
    return 'Node without an application in it';
  const lost = first(bunTrailer) >= 0 ? bunPayloadProblem(bytes) : null;
  return lost === null ? null : `Bun without an application in it (${lost})`;
}

function hasApplication(bytes: Buffer, firstFuse: number): boolean {
  for (let at = firstFuse; at >= 0; at = findText(bytes, fuseName, at + 1)) {
    if (blownFuse.test(bytes.toString('latin1', at, at + 64))) return true;
  }
  return false;
}

/** Names that only a shell or an interpreter has. */
const names =
  /^(?:sh|[abdkz]?ash|r?bash|[mk]?ksh|zsh|csh|tcsh|fish|busybox|toybox|python[\d.]*|perl[\d.]*|lua(?:jit)?[\d.]*|ruby[\d.]*|tclsh[\d.]*|[gmn]?awk)$/;

/** @returns true for a name like `sh` or `python3.13` */
export function isInterpreterName(name: string): boolean {
  return names.test(name);
}

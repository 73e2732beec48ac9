import { readdirSync, readFileSync } from 'node:fs';

/** Characters of a command line's beginning and of its end: a C compiler's has thousands, and what it compiles stands last. */
const shown = 150;

interface Program {
  readonly pid: number;
  readonly parent: number;
  readonly line: string;
}

/** Command lines of the programs that a process has started and that still run, those that they started below them, two blanks further right. */
export function startedPrograms(pid: number): string[] {
  const programs = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(readProgram)
    .filter((program) => program !== null)
    .sort((a, b) => a.pid - b.pid);
  const below = (parent: number, indent: string): string[] =>
    programs
      .filter((program) => program.parent === parent)
      .flatMap((program) => [`${indent}${program.line}`, ...below(program.pid, `${indent}  `)]);
  return below(pid, '');
}

function readProgram(name: string): Program | null {
  try {
    const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').filter(Boolean);
    // The name before it, in parentheses, may hold anything.
    const [state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (state === 'Z' || words.length === 0) return null;
    return { pid: Number(name), parent: Number(parent), line: shortened(words.join(' ')) };
  } catch {
    // It ended in the meantime.
    return null;
  }
}

function shortened(line: string): string {
  return line.length <= 2 * shown ? line : `${line.slice(0, shown)} … ${line.slice(-shown)}`;
}

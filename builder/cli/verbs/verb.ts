import type { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** One word of the command line: one file each, registered in all-verbs.ts. */
export interface Verb {
  /** Adds the verb to the program. `exit` sets the process's exit code of a run that ends without an error. */
  define(program: Command, terminal: Terminal, exit: (code: number) => void): void;
}

/** Adds a verb's name, words and an example of its use, which every verb has. */
export function describeVerb(program: Command, usage: string, description: string, example: string): Command {
  return program.command(usage).description(description).addHelpText('after', `\nExample:\n  ${example}`);
}

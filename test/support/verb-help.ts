import { run } from '../../builder/cli/run.ts';
import { capturedTerminal } from './captured-terminal.ts';
import { checkout } from './places.ts';

export interface VerbHelp {
  /** `plan`, or `policy prove`. */
  readonly words: string;
  readonly text: string;
  /** Lines that are copied as they stand. */
  readonly examples: readonly string[];
}

async function helpOf(words: readonly string[]): Promise<string> {
  const terminal = capturedTerminal({ currentDirectory: checkout });
  await run([...words, '--help'], terminal);
  return terminal.outLines.join('\n');
}

/** What `--help` says of every verb, and of the verbs of a verb. */
export async function everyHelp(words: readonly string[] = []): Promise<VerbHelp[]> {
  const all: VerbHelp[] = [];
  const [, commands = ''] = (await helpOf(words)).split('\nCommands:\n');
  for (const [, name] of commands.matchAll(/^ {2}([a-z]+) /gm)) {
    if (name === 'help' || name === 'boardsmith') continue;
    const text = await helpOf([...words, name!]);
    const [, below = ''] = text.split('\nExample:\n');
    const examples = below.split('\n').map((line) => line.trim());
    all.push({ words: [...words, name].join(' '), text, examples: examples.filter(Boolean) });
    if (text.includes('\nCommands:\n')) all.push(...(await everyHelp([...words, name!])));
  }
  return all;
}

import type { Terminal } from './terminal.ts';

/** Says which command of ours comes next, so that it can be copied as it stands. */
export function sayNext(terminal: Pick<Terminal, 'note' | 'command'>, ...words: readonly string[]): void {
  terminal.note(`next: ${terminal.command} ${words.map(shellWord).join(' ')}`);
}

/** A text with its commands written as they are typed here: in errors, hints and help they begin with `boardsmith`. */
export function asTyped({ command }: Pick<Terminal, 'command'>, text: string): string {
  return text.replace(/(?<!npx )\bboardsmith (?=--help\b|[a-z]|VERB\b|\[)/g, `${command} `);
}

/** A verb's help with its usage and its examples written so; its other lines are already as long as they may be. */
export function helpAsTyped(terminal: Pick<Terminal, 'command'>, help: string): string {
  return help.replace(/^(?:Usage: | {2})boardsmith .*$/gm, (line) => asTyped(terminal, line));
}

/** A word that a shell leaves as it is. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

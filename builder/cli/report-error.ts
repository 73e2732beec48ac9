import { BoardsmithError } from '../error/boardsmith-error.ts';
import { printable } from '../error/printable.ts';
import { asTyped } from './next-command.ts';
import { paint } from './paint.ts';
import type { Terminal } from './terminal.ts';

/** Prints an error for a person (to the notes) or, with `--json`, as one object in the results. */
export function reportError(error: unknown, terminal: Terminal, json: boolean): void {
  if (json) {
    const object =
      error instanceof BoardsmithError
        ? error.toJSON()
        : {
            error: 'INTERNAL',
            message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          };
    terminal.out(JSON.stringify(object));
    return;
  }
  const color = paint(terminal);
  if (!(error instanceof BoardsmithError)) {
    terminal.note(
      `${color.red('bug in boardsmith:')} ${error instanceof Error ? error.stack : String(error)}`,
    );
    return;
  }
  terminal.note(`${color.red('error:')} ${shown(error.message)}`);
  for (const problem of error.problems) {
    // A single one may be the message.
    if (problem !== error.message) terminal.note(`  ${shown(asTyped(terminal, problem))}`);
  }
  // Who stopped it knows why.
  if (error.code !== 'INTERRUPTED')
    for (const line of causes(error)) terminal.note(`  ${color.dim(shown(line))}`);
  if (error.hint !== undefined)
    terminal.note(`${color.bold('next:')} ${shown(asTyped(terminal, error.hint))}`);
}

/** Names of files and what disks say of themselves are other people's. */
function shown(text: string): string {
  return printable(text, '\n\t');
}

/** Messages of the chain of causes that say something that the error does not say itself. */
function causes(error: Error): string[] {
  const lines: string[] = [];
  for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
    if (!error.message.includes(cause.message)) lines.push(`because: ${cause.message.split('\n', 1)[0]}`);
  }
  return lines;
}

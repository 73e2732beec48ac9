import { Command, CommanderError } from 'commander';
import { BoardsmithError } from '../error/boardsmith-error.ts';
import { exitCodes, internalErrorExitCode } from '../error/error-codes.ts';
import { helpAsTyped } from './next-command.ts';
import { reportError } from './report-error.ts';
import type { Terminal } from './terminal.ts';
import { verbs } from './verbs/all-verbs.ts';
import { builderVersion } from './workspace.ts';

/**
 * Runs one command line in this process and returns its exit code. All errors end here.
 * @param parameters what follows `boardsmith` on the command line
 */
export async function run(parameters: readonly string[], terminal: Terminal): Promise<number> {
  const wantsJson = parameters.includes('--json');
  let exitCode = 0;
  const program = new Command('boardsmith')
    .description('Builds flashable SD images for small ARM boards: one daemon, one computer.')
    .version(builderVersion())
    // `--version` after a verb is the verb's own.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(helpAsTyped(terminal, text).trimEnd()),
      // Errors are reported below, as all others are.
      writeErr: (text) => {
        if (!wantsJson && !text.startsWith('error: ')) terminal.note(helpAsTyped(terminal, text).trimEnd());
      },
    })
    .addHelpText('after', '\nStart with:\n  boardsmith build cxo && boardsmith boot cxo');
  for (const verb of verbs) {
    verb.define(program, terminal, (code) => {
      exitCode = code;
    });
  }
  try {
    await program.parseAsync([...parameters], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Help that a verb without its subcommand is answered with says what comes next.
      if (wantsJson || error.code !== 'commander.help') {
        reportError(usageError(error, parameters, optionsOfSeveral(program)), terminal, wantsJson);
      }
      return exitCodes.USAGE;
    }
    reportError(error, terminal, wantsJson);
    return error instanceof BoardsmithError ? exitCodes[error.code] : internalErrorExitCode;
  }
}

function usageError(
  error: CommanderError,
  parameters: readonly string[],
  greedy: ReadonlySet<string>,
): BoardsmithError {
  const [first = ''] = parameters;
  const verb = /^[a-z]+$/.test(first) && error.code !== 'commander.unknownCommand' ? `${first} ` : '';
  // `plan --board qemu-virt cxo`: the recipe was taken for a second board.
  const taker =
    error.code === 'commander.missingArgument' ? parameters.find((word) => greedy.has(word)) : undefined;
  return new BoardsmithError('USAGE', error.message.replace(/^error: /, ''), {
    hint: `boardsmith ${verb}--help${taker === undefined ? '' : `; ${taker} takes all that follows it: put it last`}`,
  });
}

/** Options that take every word up to the next option. */
function optionsOfSeveral(program: Command): ReadonlySet<string> {
  const commands = program.commands.flatMap((verb) => [verb, ...verb.commands]);
  const options = commands.flatMap(({ options }) => options);
  return new Set(options.flatMap(({ variadic, long }) => (variadic && long ? [long] : [])));
}

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
      // With --json the error is one object, printed below.
      writeErr: (text) => {
        if (!wantsJson) terminal.note(helpAsTyped(terminal, text).trimEnd());
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
      if (wantsJson) reportError(usageError(error, parameters), terminal, true);
      return exitCodes.USAGE;
    }
    reportError(error, terminal, wantsJson);
    return error instanceof BoardsmithError ? exitCodes[error.code] : internalErrorExitCode;
  }
}

function usageError(error: CommanderError, parameters: readonly string[]): BoardsmithError {
  const [first = ''] = parameters;
  const verb = /^[a-z]+$/.test(first) && error.code !== 'commander.unknownCommand' ? `${first} ` : '';
  return new BoardsmithError('USAGE', error.message.replace(/^error: /, ''), {
    hint: `boardsmith ${verb}--help`,
  });
}

import { internalErrorExitCode } from '../error/error-codes.ts';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';
import { boardsmithRoot } from './workspace.ts';

/** Entry of the `boardsmith` command: Ctrl-C asks for an orderly stop; a second one does not wait. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // What is being stopped gets a moment to end its children.
      if (interrupt.signal.aborted) setTimeout(() => process.exit(130), 3000).unref();
      interrupt.abort();
    });
  }
  // A reader that went away (`| head`) is no error of ours: what still runs is stopped in order, and the exit code says how it ended.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exit(internalErrorExitCode);
      interrupt.abort();
    });
  }
  process.exitCode = await run(process.argv.slice(2), processTerminal(interrupt.signal, boardsmithRoot));
}

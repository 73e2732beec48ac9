import { internalErrorExitCode } from '../error/error-codes.ts';
import { run } from './run.ts';
import { processTerminal } from './terminal.ts';

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
  // A reader that went away (`| head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : internalErrorExitCode);
  });
  process.exitCode = await run(process.argv.slice(2), processTerminal(interrupt.signal));
}

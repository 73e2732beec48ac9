import { readSettings, SettingsInvalid } from './config/read-settings.ts';
import type { Settings } from './config/settings.ts';
import { createEventLog } from './log/event-log.ts';
import { announceReady } from './ready.ts';
import { startService } from './service.ts';
import { nodeFileSystem } from './storage/node-file-system.ts';

/** Exit codes: 0 stopped in order, 1 could not run, 2 the environment has mistakes. */
const couldNotRun = 1;
const settingsInvalid = 2;

// Whoever reads the log may go away: that is no reason to stop.
process.stdout.on('error', () => {});
const log = createEventLog((line) => process.stdout.write(line));
main().catch((error: unknown) => {
  log('failed', { error: String(error) });
  process.exitCode = couldNotRun;
});

async function main(): Promise<void> {
  const settings = settingsOrNull();
  if (settings === null) return;
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
  });
  const service = await startService(settings, nodeFileSystem, log);
  log('listening', { host: settings.host, port: service.port });
  announceReady(settings.readyDescriptor, log);
  const signal = await stopAsked;
  log('stopping', { signal });
  const orderly = await service.stop();
  log('stopped', { orderly });
  process.exit(0);
}

function settingsOrNull(): Settings | null {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (!(error instanceof SettingsInvalid)) throw error;
    for (const problem of error.problems) process.stderr.write(`cxo: ${problem}\n`);
    process.exitCode = settingsInvalid;
    return null;
  }
}

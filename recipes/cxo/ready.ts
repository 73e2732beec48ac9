import { closeSync, writeSync } from 'node:fs';
import type { EventLog } from './log/event-log.ts';

/** Tells whoever started the daemon that it is ready: a line on the descriptor that was handed down for it. */
export function announceReady(descriptor: number | null, log: EventLog): void {
  if (descriptor === null) return;
  try {
    writeSync(descriptor, 'ready\n');
    closeSync(descriptor);
  } catch (error) {
    log('ready-not-announced', { error: String(error) });
  }
}

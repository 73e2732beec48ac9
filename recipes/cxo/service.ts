import type { Settings } from './config/settings.ts';
import type { Service } from './http/exchange.ts';
import { HttpCounters } from './http/http-counters.ts';
import { HttpServer } from './http/http-server.ts';
import type { EventLog } from './log/event-log.ts';
import type { FileSystem } from './storage/file-system.ts';
import { ObjectStore } from './storage/object-store.ts';
import { Scrubber } from './storage/scrubber.ts';

/** A store that is open and listening. */
export interface RunningService {
  readonly port: number;
  readonly store: ObjectStore;
  readonly scrubber: Scrubber;
  /** Ends it in order; answers whether all requests ended by themselves within the settings' time. */
  stop(): Promise<boolean>;
}

/** Opens the store and serves it. */
export async function startService(
  settings: Settings,
  fileSystem: FileSystem,
  log: EventLog,
): Promise<RunningService> {
  const limits = { ...settings, folder: settings.dataFolder };
  const store = await ObjectStore.open(fileSystem, limits, log);
  const scrubber = new Scrubber(
    store,
    { bytesPerSecond: settings.scrubBytesPerSecond, pauseMs: settings.scrubPauseMs },
    log,
  );
  const service: Service = { settings, store, scrubber, counters: new HttpCounters(), log };
  const server = new HttpServer(service);
  const port = await server.listen();
  const scrubbing = scrubber.run();
  return {
    port,
    store,
    scrubber,
    stop: async () => {
      scrubber.stop();
      const orderly = await server.stop(settings.stopTimeoutMs);
      await scrubbing;
      return orderly;
    },
  };
}

import { readSettings } from '../../recipes/cxo/config/read-settings.ts';
import type { Settings } from '../../recipes/cxo/config/settings.ts';
import { type RunningService, startService } from '../../recipes/cxo/service.ts';
import type { FileSystem } from '../../recipes/cxo/storage/file-system.ts';
import { nodeFileSystem } from '../../recipes/cxo/storage/node-file-system.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface LoggedEvent {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface RunningStore {
  readonly service: RunningService;
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly events: LoggedEvent[];
}

/** Starts a store in this process on a free port, in a folder of its own unless `dataFolder` is given. */
export async function runningStore(
  changes: Partial<Settings> = {},
  fileSystem: FileSystem = nodeFileSystem,
): Promise<RunningStore> {
  const folder = changes.dataFolder ?? temporaryFolder('cxo');
  const settings: Settings = {
    ...readSettings({
      CXO_HOST: '127.0.0.1',
      CXO_PORT: '0',
      CXO_SCRUB_MIB_PER_S: '0',
      CXO_STOP_TIMEOUT_S: '1',
    }),
    freeReserveBytes: 0,
    ...changes,
    dataFolder: folder,
  };
  const events: LoggedEvent[] = [];
  const service = await startService(settings, fileSystem, (event, fields = {}) =>
    events.push({ event, fields }),
  );
  return { service, url: `http://127.0.0.1:${service.port}`, port: service.port, folder, events };
}

/** Puts an object under its digest. */
export async function putBytes(url: string, digest: string, bytes: Uint8Array): Promise<Response> {
  return await fetch(`${url}/objects/${digest}`, { method: 'PUT', body: new Uint8Array(bytes) });
}

/** Waits until something holds; fails after two minutes. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 120_000; ; ) {
    if (await holds()) return;
    if (Date.now() > deadline) throw new Error(`waited two minutes in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

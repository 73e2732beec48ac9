import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import { entryId, type Lock, type LockedInput } from '../../builder/lock/lock-format.ts';
import { loopbackEnvironment } from './loopback-environment.ts';
import { bytes, type LoopbackServer } from './loopback-server.ts';

/** Debian packages of random bytes on a mirror of this machine, and a lock that pins them. */
export interface MirroredInputs {
  readonly inputs: readonly LockedInput[];
  readonly lock: Lock;
  online(cache: string, vendorDirectories?: readonly string[]): InputStore;
  offline(cache: string, vendorDirectories?: readonly string[]): InputStore;
}

export function mirroredInputs(server: LoopbackServer, names: readonly string[]): MirroredInputs {
  const inputs = names.map((name) => publish(server, name));
  return {
    inputs,
    lock: {
      lockVersion: 1,
      date: '2026-11-26',
      requests: { 'debian:arm64:all-of-them': inputs.map(({ id }) => id) },
      hostRequests: {},
      entries: Object.fromEntries(inputs.map(({ id, entry }) => [id, entry])),
    },
    online: (cache, vendorDirectories = []) =>
      new InputStore(cache, {
        network: true,
        environment: loopbackEnvironment(server.address),
        retryDelays: [1],
        vendorDirectories,
      }),
    offline: (cache, vendorDirectories = []) =>
      new InputStore(cache, { network: false, environment: {}, vendorDirectories }),
  };
}

/** Puts a package on the mirror. */
function publish(server: LoopbackServer, name: string): LockedInput {
  const content = randomBytes(200_000);
  const path = `pool/main/${name}_1_arm64.deb`;
  server.serve(`/debian/${path}`, bytes(content));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { name, version: '1', size: content.length, sha256 };
  const entry = { kind: 'debian', suite: 'trixie', architecture: 'arm64', path, ...file } as const;
  return { id: entryId(entry), entry };
}

export async function errorOf(task: Promise<unknown>): Promise<BoardsmithError> {
  const outcome = await task.then(
    () => undefined,
    (error: BoardsmithError) => error,
  );
  assert.ok(outcome, 'is refused');
  return outcome;
}

/** Writes over a file that the store made read-only. */
export function tamper(file: string, content: Uint8Array): void {
  chmodSync(file, 0o644);
  writeFileSync(file, content);
}

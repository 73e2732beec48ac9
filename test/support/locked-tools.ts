import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hostArchitecture } from '../../builder/lock/host-architecture.ts';
import { InputStore } from '../../builder/lock/input-store.ts';
import type { InputRequest } from '../../builder/lock/lock-format.ts';
import { lookUp } from '../../builder/lock/look-up.ts';
import { type ToolName, tools } from '../../builder/toolchain/tools.ts';
import { unpackDeb } from '../../builder/toolchain/unpack-deb.ts';
import { unpackNpmTarball } from '../../builder/toolchain/unpack-npm-tarball.ts';
import { unpackWheel } from '../../builder/toolchain/unpack-wheel.ts';
import { usableTestLock } from './newcomer-lock.ts';
import { testCache, testTools } from './places.ts';

/** Brings locked inputs here, from the cache or the network. @param lockFile where they are pinned, if not by the checkout @returns their paths */
export async function lockedFiles(
  requests: readonly InputRequest[],
  lockFile?: string,
): Promise<readonly string[]> {
  const { lock } = await usableTestLock(requests, lockFile);
  const inputs = requests.flatMap((request) => lookUp(lock, request, hostArchitecture()));
  const store = new InputStore(testCache, { network: true });
  return await store.ensure(inputs, { signal: new AbortController().signal });
}

export const unpack = { deb: unpackDeb, wheel: unpackWheel, npm: unpackNpmTarball } as const;

/** A folder with a tool of the lock, unpacked once for all tests of the same version. Tests only read it. */
export async function lockedTool(name: ToolName): Promise<string> {
  const { requests, packing } = tools[name];
  const files = await lockedFiles(requests);
  const version = createHash('sha256').update(files.join()).digest('hex').slice(0, 16);
  const folder = join(testTools, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  for (const file of files) await unpack[packing](file, partial);
  await rename(partial, folder).catch(() => rm(partial, { recursive: true, force: true }));
  return folder;
}

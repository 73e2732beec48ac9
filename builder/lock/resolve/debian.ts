import { join } from 'node:path';
import type { DebianEntry, InputRequest } from '../lock-format.ts';
import { AptRoot, type PackageFile, suite } from './apt-root.ts';
import type { Resolution, ResolveContext } from './resolution.ts';

export type DebianRequest = InputRequest & { readonly kind: 'debian' };

/**
 * Answers requests of one architecture from one set of lists.
 * @throws BoardsmithError INPUT_UNAVAILABLE (no mirror, no such package), INPUT_CORRUPT (lists that the keyring does not verify)
 */
export async function resolveDebian(
  requests: readonly DebianRequest[],
  architecture: 'amd64' | 'arm64',
  context: ResolveContext,
): Promise<ReadonlyMap<DebianRequest, Resolution>> {
  const { environment, scratch, signal } = context;
  const mirrors = await context.store.debianMirrors(signal);
  context.progress(`fetching Debian's package lists (${suite}, ${architecture})`);
  const apt = await AptRoot.create({
    folder: join(scratch, `apt-${architecture}`),
    architecture,
    mirrors,
    preferred: context.preferred.filter((entry) => entry.kind === 'debian' && isFor(entry, architecture)),
    environment,
    signal,
  });
  const answers = new Map<DebianRequest, Resolution>();
  for (const request of requests) {
    context.progress(`resolving ${request.package} (${architecture})`);
    const name = await followMetapackage(apt, request.package);
    const files = request.closure ? await apt.closure(name) : [await apt.file(name)];
    answers.set(request, { entries: files.map(toEntry) });
  }
  return answers;
}

export type DebianSourceRequest = InputRequest & { readonly kind: 'debian-source' };

/**
 * Answers requests for source packages.
 * @throws as resolveDebian
 */
export async function resolveDebianSources(
  requests: readonly DebianSourceRequest[],
  context: ResolveContext,
): Promise<ReadonlyMap<DebianSourceRequest, Resolution>> {
  const { environment, scratch, signal } = context;
  const mirrors = await context.store.debianMirrors(signal);
  context.progress(`fetching Debian's lists of sources (${suite})`);
  const apt = await AptRoot.create({
    folder: join(scratch, 'apt-source'),
    architecture: 'amd64',
    lists: 'source',
    mirrors,
    preferred: [],
    environment,
    signal,
  });
  const answers = new Map<DebianSourceRequest, Resolution>();
  for (const request of requests) {
    context.progress(`resolving the source of ${request.package}`);
    const files = await apt.source(request.package);
    answers.set(request, { entries: files.map((file) => ({ kind: 'debian-source', ...file })) });
  }
  return answers;
}

function isFor(entry: DebianEntry, architecture: string): boolean {
  return entry.architecture === architecture || entry.architecture === 'all';
}

/**
 * `linux-image-FLAVOUR` and `linux-source` are empty packages that depend on the one of the current version
 * (`linux-image-6.12.…-FLAVOUR`, `linux-source-6.12`), which is what is meant.
 */
async function followMetapackage(apt: AptRoot, name: string): Promise<string> {
  const stem = /^(linux-image|linux-source)(?!-\d)/.exec(name)?.[1];
  if (stem === undefined) return name;
  const concrete = new RegExp(`(?:^|, )(${stem}-\\d[^ ,]*)`).exec(await apt.dependencies(name));
  return concrete?.[1] ?? name;
}

function toEntry(file: PackageFile): DebianEntry {
  return { kind: 'debian', ...file, architecture: file.architecture as DebianEntry['architecture'] };
}

import { type InputRequest, requestId } from '../lock-format.ts';
import {
  type DebianRequest,
  type DebianSourceRequest,
  resolveDebian,
  resolveDebianSources,
} from './debian.ts';
import { resolveNpmTarball } from './npm-tarball.ts';
import { resolveNpmLockfile, resolveNpmTree } from './npm-tree.ts';
import { resolveOpenwrt } from './openwrt/resolve-openwrt.ts';
import { resolvePypi } from './pypi.ts';
import type { Resolution, ResolveContext } from './resolution.ts';

/** Asks the registries. @returns answers by request id */
export async function resolveRequests(
  requests: readonly InputRequest[],
  context: ResolveContext,
): Promise<ReadonlyMap<string, Resolution>> {
  const answers = new Map<string, Resolution>();
  for (const architecture of ['amd64', 'arm64'] as const) {
    const debian = requests.filter(
      (request): request is DebianRequest =>
        request.kind === 'debian' && request.architecture === architecture,
    );
    if (debian.length === 0) continue;
    for (const [request, answer] of await resolveDebian(debian, architecture, context)) {
      answers.set(requestId(request), answer);
    }
  }
  const sources = requests.filter(
    (request): request is DebianSourceRequest => request.kind === 'debian-source',
  );
  if (sources.length > 0) {
    for (const [request, answer] of await resolveDebianSources(sources, context)) {
      answers.set(requestId(request), answer);
    }
  }
  for (const request of requests) {
    if (request.kind !== 'debian' && request.kind !== 'debian-source')
      answers.set(requestId(request), await resolveOne(request, context));
  }
  return answers;
}

async function resolveOne(
  request: Exclude<InputRequest, { kind: 'debian' | 'debian-source' }>,
  context: ResolveContext,
): Promise<Resolution> {
  switch (request.kind) {
    case 'pypi':
      return await resolvePypi(request, context);
    case 'npm':
      return { entries: [await resolveNpmTarball(request, context)] };
    case 'npm-tree':
      return await resolveNpmTree(request, context);
    case 'npm-lockfile':
      return await resolveNpmLockfile(request, context);
    case 'openwrt':
      return await resolveOpenwrt(request, context);
  }
}

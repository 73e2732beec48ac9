import { type InputRequest, requestId } from '../lock-format.ts';
import { type DebianRequest, resolveDebian } from './debian.ts';
import { resolveNpmTarball } from './npm-tarball.ts';
import { resolveNpmLockfile, resolveNpmTree } from './npm-tree.ts';
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
  for (const request of requests) {
    if (request.kind !== 'debian') answers.set(requestId(request), await resolveOne(request, context));
  }
  return answers;
}

async function resolveOne(
  request: Exclude<InputRequest, { kind: 'debian' }>,
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
  }
}

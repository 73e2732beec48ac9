import { resolve } from 'node:path';
import { clusterKind } from './cluster-file/cluster-kind.ts';
import { loadFile } from './load-file.ts';
import type { Problem } from './problem.ts';
import type { ClusterRouter, ResolvedCluster } from './resolved-cluster.ts';

/**
 * Reads the YAML file of a cluster with the recipes and boards that it names.
 * @param warn is told what the file may not mean: a service that nobody may reach, say
 * @param base in place of what the file says of `router.base`; the rules then hold for it
 * @returns frozen
 * @throws BoardsmithError FILE_UNUSABLE if there is no such file, RECIPE_INVALID with all mistakes at once
 */
export async function loadCluster(
  path: string,
  warn: (warning: Problem) => void = () => {},
  base?: ClusterRouter['base'],
): Promise<ResolvedCluster> {
  const kind = base === undefined ? clusterKind : kindWithBase(base);
  return await loadFile(kind, resolve(path), 'cluster', warn);
}

function kindWithBase(base: ClusterRouter['base']): typeof clusterKind {
  const { normalise } = clusterKind;
  return {
    ...clusterKind,
    normalise: { ...normalise, router: (written) => ({ ...normalise.router(written), base }) },
  };
}

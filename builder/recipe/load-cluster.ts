import { resolve } from 'node:path';
import { clusterKind } from './cluster-file/cluster-kind.ts';
import { loadFile } from './load-file.ts';
import type { Problem } from './problem.ts';
import type { ResolvedCluster } from './resolved-cluster.ts';

/**
 * Reads the YAML file of a cluster with the recipes and boards that it names.
 * @param warn is told what the file may not mean: a service that nobody may reach, say
 * @returns frozen
 * @throws BoardsmithError FILE_UNUSABLE if there is no such file, RECIPE_INVALID with all mistakes at once
 */
export async function loadCluster(
  path: string,
  warn: (warning: Problem) => void = () => {},
): Promise<ResolvedCluster> {
  return await loadFile(clusterKind, resolve(path), 'cluster', warn);
}

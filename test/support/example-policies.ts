import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCluster } from '../../builder/recipe/load-cluster.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../openwrt/policy/policy-of-cluster.ts';
import { checkout } from './places.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Clusters of the repository; between them they have every construct but PPPoE and management. */
export const exampleClusters = ['skyminer-4', 'skyminer-8'] as const;

export async function examplePolicy(name: string): Promise<Policy> {
  return policyOfCluster(await loadCluster(join(checkout, `recipes/clusters/${name}.yaml`)));
}

/** The policy of a cluster that is written here. Paths of appliances are those of the repository: `recipes/cxo`. */
export async function policyOfText(name: string, text: string): Promise<Policy> {
  return policyOfCluster(await loadCluster(clusterFile(name, text)));
}

/** A cluster's file in a folder of its own, with appliances named as in the repository. */
export function clusterFile(name: string, text: string): string {
  const folder = temporaryFolder('cluster');
  const file = join(folder, `${name}.yaml`);
  const up = '../'.repeat(folder.split('/').length - 1);
  writeFileSync(file, text.replaceAll(/appliance: (\S+)/g, `appliance: ${up}${checkout.slice(1)}/$1`));
  return file;
}

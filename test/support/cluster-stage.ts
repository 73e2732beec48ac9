import { join } from 'node:path';
import { loadCluster } from '../../builder/recipe/load-cluster.ts';
import type { ResolvedCluster } from '../../builder/recipe/resolved-cluster.ts';
import { routerMachineNetwork } from '../../openwrt/embedded/machine-networks.ts';
import { routerRecipe } from '../../openwrt/embedded/router-recipe.ts';
import type { Policy } from '../../openwrt/policy/policy.ts';
import { policyOfCluster } from '../../openwrt/policy/policy-of-cluster.ts';
import type { ClusterReport } from '../../qemu/cluster/cluster-report.ts';
import { failuresOf } from '../../qemu/cluster/cluster-report.ts';
import type { StageBoard } from '../../qemu/cluster/stage.ts';
import { type ClusterTestOptions, testCluster } from '../../qemu/cluster/test-cluster.ts';
import { trialText } from '../../qemu/cluster/trial.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { checkout } from './places.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { buildTestImage, type TestImage } from './test-build.ts';

export async function exampleCluster(
  name: string,
): Promise<{ readonly cluster: ResolvedCluster; readonly policy: Policy }> {
  const cluster = await loadCluster(join(checkout, 'recipes/clusters', `${name}.yaml`));
  return { cluster, policy: policyOfCluster(cluster) };
}

/** The router's image. @param carried what it carries, if that is not the policy */
export async function buildTestRouter(policy: Policy, carried: Policy = policy): Promise<TestImage> {
  return await buildTestImage({ recipe: routerRecipe(policy), network: routerMachineNetwork(carried) });
}

/** Tries a router. Boards that are not machines are played by the stage. */
export async function tryRouter(
  policy: Policy,
  router: TestImage,
  options: Partial<ClusterTestOptions> & { readonly boards?: readonly StageBoard[] } = {},
): Promise<ClusterReport> {
  const { boards = [] } = options;
  return await testCluster({
    ...{ policy, router, boards, routerMemoryMiB: Math.max(router.leastMemoryMiB, 400) },
    ...{ groups: [boards.map(({ name }) => name)], probe: null, timeoutScale: timeoutScale() },
    ...{ signal: new AbortController().signal, logs: temporaryFolder('stage-logs') },
    ...options,
  });
}

/** What was not as the policy says, for the message of an assertion. */
export function failureText(report: ClusterReport): string {
  return [report.broken ?? '', ...failuresOf(report).slice(0, 40).map(trialText)].join('\n');
}

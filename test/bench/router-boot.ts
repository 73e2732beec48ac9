import { Stage } from '../../qemu/cluster/stage.ts';
import { timeoutScale } from '../../qemu/speed.ts';
import { buildTestRouter, exampleCluster } from '../support/cluster-stage.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { median } from './figures.ts';
import { imageSizes } from './image-sizes.ts';

/** The router of an example cluster as a machine in QEMU. */
export interface RouterBoot {
  readonly cluster: string;
  /** Of what is stored of the image, without holes; and packed. */
  readonly imageBytes: number;
  readonly compressedBytes: number;
  /** Milliseconds from QEMU's start, boot loader and all, until its daemon is ready and its uplink has an address; the median. */
  readonly forwarding: number;
}

export async function routerBoot(name: string, boots: number): Promise<RouterBoot> {
  const { policy } = await exampleCluster(name);
  const router = await buildTestRouter(policy);
  const times: number[] = [];
  for (let boot = 0; boot < boots; boot += 1) {
    const stage = await Stage.set({
      ...{ policy, router, boards: [], routerMemoryMiB: Math.max(router.leastMemoryMiB, 400) },
      ...{ timeoutScale: timeoutScale(), signal: new AbortController().signal },
      logs: temporaryFolder('bench-logs'),
    });
    try {
      const started = performance.now();
      await stage.startRouter();
      times.push(performance.now() - started);
    } finally {
      await stage.strike();
    }
  }
  return {
    cluster: name,
    ...(await imageSizes(router.image)),
    forwarding: median(times),
  };
}

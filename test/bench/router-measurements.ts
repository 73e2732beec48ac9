import { namespacesMissing } from '../support/router-namespaces.ts';
import { clusterTest } from './cluster-test.ts';
import { describeMachine } from './machine-description.ts';
import { policyFigures } from './policy-figures.ts';
import { routerBoot } from './router-boot.ts';
import type { RouterMeasurements } from './router-page.ts';
import { routerTraffic } from './router-traffic.ts';

const policySizes = [4, 8, 16, 32, 256];
const trafficSizes = [8, 256];

/** Measures the router. @param said progress */
export async function measureRouter(
  boots: number,
  said: (what: string) => void,
): Promise<RouterMeasurements> {
  const missing = namespacesMissing();
  said('compiling and proving policies');
  const policies = missing ?? (await policyFigures(policySizes));
  said('sending traffic through rulesets');
  const traffic = missing ?? (await routerTraffic(trafficSizes));
  said('building and booting a router');
  const boot = await routerBoot('skyminer-4', boots);
  said('testing skyminer-8 in groups of boards');
  const tested = await clusterTest('skyminer-8');
  return {
    ...{ date: new Date().toISOString().slice(0, 10), machine: await describeMachine() },
    ...{ boots, policies, traffic, boot, tested },
  };
}

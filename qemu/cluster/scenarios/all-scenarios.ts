import type { Scenario } from '../scenario.ts';
import { connections } from './connections.ts';
import { daemonKilled } from './daemon-killed.ts';
import { evasion, matrix, rogues, spoofing } from './knocking.ts';
import { leases } from './leases.ts';
import { poisoning } from './poisoning.ts';
import { routerReboots } from './router-reboots.ts';
import { services } from './services.ts';
import { uplinkPulled } from './uplink-pulled.ts';

/** In the order in which they are tried: what needs the boards' daemons first, what takes the router away last. */
export const scenarios: readonly Scenario[] = [
  ...[leases, connections, services],
  ...[matrix, evasion, spoofing, rogues, poisoning],
  ...[uplinkPulled, routerReboots, daemonKilled],
];

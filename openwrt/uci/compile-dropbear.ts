import type { Policy } from '../policy/policy.ts';
import type { UciSection } from './model/uci-section.ts';
import { uplinkZone, zoneOfBoard } from './zone-of.ts';

/** /etc/config/dropbear: off, unless the cluster names who may; then keys only, on the links of those who may. */
export function compileDropbear({ router }: Policy): UciSection[] {
  const ssh = router.management.filter(({ service }) => service === 'ssh');
  if (ssh.length === 0) return [{ type: 'dropbear', name: 'main', options: [['enable', '0']] }];
  const zones = new Set(
    ssh.map(({ from }) => (from.kind === 'uplink' ? uplinkZone : zoneOfBoard(from.name))),
  );
  return [...zones].sort().map((zone) => ({
    type: 'dropbear',
    name: zone,
    options: [
      ['enable', '1'],
      ['Interface', zone],
      ['Port', String(ssh[0]!.port)],
      ['PasswordAuth', 'off'],
      ['RootPasswordAuth', 'off'],
      ['GatewayPorts', 'off'],
    ],
  }));
}

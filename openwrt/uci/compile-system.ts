import type { Policy } from '../policy/policy.ts';
import type { UciSection } from './model/uci-section.ts';
import { hostAddress, hostName } from './model/uci-values.ts';

/** /etc/config/system: the router's name, its log, its clock. */
export function compileSystem({ router }: Policy): UciSection[] {
  const { upstream, served } = router.time;
  return [
    {
      type: 'system',
      name: null,
      options: [
        ['hostname', hostName('router')],
        ['timezone', 'UTC'],
        ['log_size', '128'],
        // No login on the serial console without a password.
        ['ttylogin', '1'],
      ],
    },
    {
      type: 'timeserver',
      name: 'ntp',
      options: [
        // sysntpd starts nothing without it, be it that somebody asks or that it asks somebody.
        ['enabled', upstream.length > 0 || served.length > 0 ? '1' : '0'],
        ['enable_server', served.length > 0 ? '1' : '0'],
        ['use_dhcp', '0'],
        ...(upstream.length > 0 ? ([['server', upstream.map(hostAddress)]] as const) : []),
      ],
    },
  ];
}

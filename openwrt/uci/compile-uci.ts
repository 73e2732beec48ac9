import type { Policy } from '../policy/policy.ts';
import { compileDhcp } from './compile-dhcp.ts';
import { compileDropbear } from './compile-dropbear.ts';
import { compileFirewall } from './compile-firewall.ts';
import { compileNetwork } from './compile-network.ts';
import { compileSystem } from './compile-system.ts';
import { includedFiles } from './forward-includes.ts';
import { firewallSections } from './model/firewall-sections.ts';
import { printUci } from './model/uci-section.ts';

/** Files by their absolute path on the router, sorted. */
export type RouterFiles = Readonly<Record<string, string>>;

/** What configures an OpenWrt release by a policy: /etc/config, and what its firewall includes. Pure. */
export function compileUci(policy: Policy): RouterFiles {
  const files = {
    '/etc/config/dhcp': printUci(compileDhcp(policy)),
    '/etc/config/dropbear': printUci(compileDropbear(policy)),
    '/etc/config/firewall': printUci(firewallSections(compileFirewall(policy))),
    '/etc/config/network': printUci(compileNetwork(policy)),
    '/etc/config/system': printUci(compileSystem(policy)),
    ...includedFiles(policy),
  };
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

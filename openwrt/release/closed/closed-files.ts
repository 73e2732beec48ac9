import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import type { RouterFile } from '../router-file.ts';
import type { ManagementServices } from './management-services.ts';
import { unitSecrets } from './unit-settings.ts';

/** A file that we ship so that a router is closed, and why. */
export interface ClosedFile extends RouterFile {
  readonly reason: string;
}

export interface ClosedRouter {
  readonly services: ManagementServices;
  /** The policy's own files, `/etc/config/…` and others; they are laid in twice, so that they can be restored at every boot. */
  readonly policy: readonly RouterFile[];
}

/** What of a policy firewall4 cannot say, as nft reads it. */
export const rulesetPath = '/etc/boardsmith/ruleset.nft';

const overlay = join(import.meta.dirname, '../../../overlays/openwrt');

interface Shipped {
  readonly path: string;
  readonly mode: number;
  readonly reason: string;
  /** Left out if the cluster names what it takes away. */
  readonly unless?: (services: ManagementServices) => boolean;
}

const shipped: readonly Shipped[] = [
  {
    path: '/lib/boardsmith/closed.sh',
    mode: 0o644,
    reason: 'closes, opens, and tells this policy from everything else that may be loaded',
  },
  {
    path: '/lib/boardsmith/unit.sh',
    mode: 0o644,
    reason: 'takes what one unit was given when it was burnt, so that no image holds a password',
  },
  {
    path: '/etc/hotplug.d/iface/90-boardsmith-uplink',
    mode: 0o644,
    reason: 'says that the uplink is there',
  },
  {
    path: '/lib/boardsmith/guard',
    mode: 0o755,
    reason:
      'opens after fw4 has loaded the policy, and closes when its table goes: fw4 ends well when it was refused',
  },
  {
    path: '/etc/init.d/boardsmith-closed',
    mode: 0o755,
    reason:
      'closes before sysctl, firewall and network start, and undoes what uci-defaults did to the policy',
  },
  {
    path: '/etc/init.d/firewall',
    mode: 0o755,
    reason: "firewall4's own stops with fw4 flush, after which everything is forwarded",
  },
  {
    path: '/etc/sysctl.d/99-boardsmith-closed.conf',
    mode: 0o644,
    reason: "base-files' 10-default.conf switches forwarding on before the firewall is there",
  },
  {
    path: '/lib/preinit/30_failsafe_wait',
    mode: 0o644,
    reason: 'a key on the serial line leads to a root shell',
    unless: ({ failsafe }) => failsafe,
  },
  {
    path: '/lib/preinit/40_run_failsafe_hook',
    mode: 0o644,
    reason: "so does a word on the kernel's command line",
    unless: ({ failsafe }) => failsafe,
  },
  {
    path: '/lib/preinit/99_10_failsafe_login',
    mode: 0o644,
    reason: 'starts that shell',
    unless: ({ failsafe }) => failsafe,
  },
  {
    path: '/lib/preinit/99_10_failsafe_dropbear',
    mode: 0o644,
    reason: 'starts an SSH server for root without a password',
    unless: ({ failsafe }) => failsafe,
  },
  {
    path: '/etc/inittab',
    mode: 0o644,
    reason: "OpenWrt's has a line that gives a shell on every console",
    unless: ({ serialLogin }) => serialLogin,
  },
  {
    path: '/usr/libexec/login.sh',
    mode: 0o755,
    reason: 'without ttylogin in /etc/config/system it is a root shell',
    unless: ({ serialLogin }) => serialLogin,
  },
];

/**
 * Everything that is laid into an image for a policy: its own files, their copies for every boot, and what keeps the router closed until they are
 * in force.
 * @returns sorted by path, each with the reason
 * @throws BoardsmithError STEP_FAILED for a policy that takes one of these places, or that has no firewall, and for a key
 * that is none
 */
export function closedFiles(router: ClosedRouter): readonly ClosedFile[] {
  const { services, policy } = router;
  const problems = [
    ...firewallProblems(policy),
    ...rulesetProblems(policy),
    ...serviceProblems(services),
    ...passwordProblems(services, policy),
  ];
  const fixed = shipped
    .filter(({ unless }) => unless?.(services) !== true)
    .map(({ path, mode, reason }): ClosedFile => {
      return { path, mode, reason, content: readFileSync(join(overlay, path), 'utf8') };
    });
  const own = [...fixed, ...generated(router)];
  const taken = new Set(own.map(({ path }) => path));
  for (const { path } of policy) {
    if (taken.has(path) || path.startsWith('/lib/boardsmith/')) {
      problems.push(`${path} is shipped so that the router is closed, and cannot be the policy's`);
    }
  }
  if (problems.length > 0) {
    throw new BoardsmithError('STEP_FAILED', 'the router would not be closed', {
      problems,
      hint: 'correct the policy, or what the cluster says of management',
    });
  }
  const files = [...own, ...policy.map((file) => ({ ...file, reason: 'the policy' }))];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function generated({ services, policy }: ClosedRouter): ClosedFile[] {
  const copies = policy.map(
    ({ path, content }): ClosedFile => ({
      path: `/lib/boardsmith/policy${path}`,
      mode: 0o600,
      content,
      reason: `what ${path} is restored from at every boot`,
    }),
  );
  const marker = policyMarker(policy);
  const list = policy.map(({ path, mode }) => `${mode.toString(8).padStart(4, '0')} ${path}\n`).sort();
  return [
    ...copies,
    {
      path: '/lib/boardsmith/policy.list',
      mode: 0o644,
      content: list.join(''),
      reason: 'which files those are, with their permissions',
    },
    {
      path: '/lib/boardsmith/marker',
      mode: 0o644,
      content: `${marker}\n`,
      reason: 'the word by which the ruleset is known to be this policy',
    },
    {
      // Takes the place of the example that firewall4 has there.
      path: '/etc/nftables.d/10-custom-filter-chains.nft',
      mode: 0o644,
      content: `# Included by fw4 in its table; nothing jumps here.\nchain boardsmith_policy {\n\tcounter comment "${marker}"\n}\n`,
      reason:
        'puts that word into every ruleset that fw4 makes here, as a rule: a reload flushes rules, and keeps chains',
    },
    {
      path: '/etc/shadow',
      mode: 0o600,
      content: shadow(),
      reason: "OpenWrt's root has an empty password, with which anything that asks for one lets everybody in",
    },
    {
      path: '/lib/boardsmith/shadow',
      mode: 0o600,
      content: shadow(),
      reason: 'what that is made from at every boot, with the password of a unit that was given one',
    },
    {
      path: '/lib/boardsmith/unit.list',
      mode: 0o644,
      content: unitSecrets({ services, policy })
        .map(({ name }) => `${name}\n`)
        .join(''),
      reason: 'which secrets of its own a unit is taken to have',
    },
    ...serialFiles(services),
    ...sshFiles(services),
  ];
}

/** Accounts of base-files; none ever has a password, but root on a unit that was given one. */
function shadow(): string {
  const locked = ['root', 'daemon', 'ftp', 'network', 'nobody', 'ntp', 'dnsmasq', 'logd', 'ubus'];
  return [...locked.map((name) => `${name}:*:0:0:99999:7:::`), ''].join('\n');
}

function serialFiles({ serialLogin }: ManagementServices): ClosedFile[] {
  if (!serialLogin) return [];
  const login =
    '#!/bin/sh\n# Asks for the password, whatever ttylogin in /etc/config/system says.\nexec /bin/login\n';
  const inittab = readFileSync(join(overlay, '/etc/inittab'), 'utf8');
  return [
    {
      path: '/etc/inittab',
      mode: 0o644,
      content: `${inittab}::askconsole:/usr/libexec/login.sh\n`,
      reason: 'the cluster names a serial login',
    },
    {
      path: '/usr/libexec/login.sh',
      mode: 0o755,
      content: login,
      reason: 'OpenWrt asks for no password unless told to',
    },
  ];
}

function sshFiles({ ssh }: ManagementServices): ClosedFile[] {
  if (ssh === null) return [];
  const content = ssh.authorizedKeys.map((key) => `${key}\n`).join('');
  return [
    {
      path: '/etc/dropbear/authorized_keys',
      mode: 0o600,
      content,
      reason: 'the cluster names who may log in',
    },
  ];
}

/** A word for all of a policy's files: `policy-` and 32 hex digits of their sha256. Another policy has another. */
export function policyMarker(policy: readonly RouterFile[]): string {
  const lines = policy.map(({ path, mode, content }) => JSON.stringify([path, mode, content])).sort();
  return `policy-${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32)}`;
}

function firewallProblems(policy: readonly RouterFile[]): string[] {
  if (policy.some(({ path }) => path === '/etc/config/firewall')) return [];
  return [
    'the policy has no /etc/config/firewall: firewall4 would bring its own, which opens the uplink for a bridge of all ports',
  ];
}

/** The guard tells whether the kernel holds it by its tables, which it finds in the text. */
function rulesetProblems(policy: readonly RouterFile[]): string[] {
  const ruleset = policy.find(({ path }) => path === rulesetPath)?.content;
  if (ruleset === undefined) {
    return [`the policy has no ${rulesetPath}: firewall4 alone looks at no source before conntrack`];
  }
  return /^table [a-z]+ [a-z]+ \{$/m.test(ruleset) ? [] : [`${rulesetPath} has no table`];
}

function serviceProblems({ ssh }: ManagementServices): string[] {
  const key = /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}( [ -~]*)?$/;
  const keys = ssh?.authorizedKeys ?? [];
  const problems = keys
    .filter((line) => !key.test(line))
    .map((line) => `this is no public key of SSH: ${line.slice(0, 40)}`);
  if (ssh !== null && keys.length === 0) problems.push('SSH is named without a key that may log in');
  return problems;
}

/** dropbear takes passwords unless it is told not to, and root may have one for the serial console or the web interface. */
function passwordProblems({ ssh }: ManagementServices, policy: readonly RouterFile[]): string[] {
  if (ssh === null) return [];
  const configuration = policy.find(({ path }) => path === '/etc/config/dropbear')?.content ?? '';
  return ['PasswordAuth', 'RootPasswordAuth']
    .filter((option) => !new RegExp(`^\\s*option ${option} '?(0|off)'?$`, 'm').test(configuration))
    .map((option) => `/etc/config/dropbear does not switch ${option} off`);
}

import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { Policy } from '../policy/policy.ts';
import { compileUci } from '../uci/compile-uci.ts';
import type { ClosedRouter } from './closed/closed-files.ts';
import { routerFilesOf } from './router-file.ts';

/** What a cluster's file does not hold: who may log in where its policy names management. */
export interface ManagementKeys {
  /** Public keys of SSH, one line each. */
  readonly authorizedKeys: readonly string[];
  /** root's password for the web interface, as crypt(3) writes it. */
  readonly rootPasswordHash: string | null;
}

export const noKeys: ManagementKeys = { authorizedKeys: [], rootPasswordHash: null };

/**
 * What a policy's router is made of: its UCI files, and the services that its management names. No cluster names a serial login or failsafe
 * mode, so both are off.
 * @throws BoardsmithError RECIPE_INVALID if SSH or the web interface is named and nobody could log in there, with the lines that name them
 */
export function routerOfPolicy(policy: Policy, keys: ManagementKeys): ClosedRouter {
  const { management } = policy.router;
  const lacking = management.filter(({ service }) =>
    service === 'ssh' ? keys.authorizedKeys.length === 0 : keys.rootPasswordHash === null,
  );
  if (lacking.length > 0) {
    throw new BoardsmithError('RECIPE_INVALID', 'nobody could log in to the router', {
      problems: lacking.map(({ service, origin: { file, line, column } }) => {
        const what = service === 'ssh' ? 'a public key' : "a hash of root's password";
        return `${file}:${line}:${column}: ${service} is named, but ${what} is not given: give one, or take the line out`;
      }),
      hint: 'correct the file, and run the same command again',
    });
  }
  const names = new Set(management.map(({ service }) => service));
  return {
    services: {
      ssh: names.has('ssh') ? { authorizedKeys: keys.authorizedKeys } : null,
      web: names.has('web'),
      serialLogin: false,
      failsafe: false,
      rootPasswordHash: names.has('web') ? keys.rootPasswordHash : null,
    },
    policy: routerFilesOf(compileUci(policy)),
  };
}

/**
 * The packages that a policy's files need of a release: a profile's defaults are not relied on. All are names of packages themselves, as an
 * image's manifest has them; nft comes with firewall4 under a name of its variant.
 * @returns sorted names
 */
export function packagesOfPolicy({ boards, uplink }: Policy): readonly string[] {
  const ipv6 = (uplink !== null && uplink.ipv6 !== null) || boards.some((board) => board.ipv6 !== null);
  return [
    'dnsmasq',
    'firewall4',
    ...(uplink?.ipv4.kind === 'pppoe' ? ['ppp', 'ppp-mod-pppoe'] : []),
    ...(ipv6 ? ['odhcp6c', 'odhcpd-ipv6only'] : []),
  ].sort();
}

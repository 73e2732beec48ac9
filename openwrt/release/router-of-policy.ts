import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { compileRuleset } from '../nft/compile-ruleset.ts';
import { printNft } from '../nft/print-text.ts';
import type { Policy } from '../policy/policy.ts';
import { compileUci } from '../uci/compile-uci.ts';
import { type ClosedRouter, rulesetPath } from './closed/closed-files.ts';
import { routerFilesOf } from './router-file.ts';

/**
 * What a policy's router is made of: its UCI files, its ruleset, and the services that its management names. No cluster names a serial login or failsafe
 * mode, so both are off. The web interface asks for root's password, which is given when a unit is burnt: without it nobody gets in.
 * @param keys public keys of SSH, one line each
 * @throws BoardsmithError RECIPE_INVALID if SSH is named without a key, with the lines that name it
 */
export function routerOfPolicy(policy: Policy, keys: readonly string[]): ClosedRouter {
  const { management } = policy.router;
  const ssh = management.filter(({ service }) => service === 'ssh');
  if (ssh.length > 0 && keys.length === 0) {
    throw new BoardsmithError('RECIPE_INVALID', 'nobody could log in to the router', {
      problems: ssh.map(
        ({ origin: { file, line, column } }) =>
          `${file}:${line}:${column}: ssh is named, but a public key is not given: give one, or take the line out`,
      ),
      hint: 'correct the file, and run the same command again',
    });
  }
  return {
    services: {
      ssh: ssh.length > 0 ? { authorizedKeys: keys } : null,
      web: management.some(({ service }) => service === 'web'),
      serialLogin: false,
      failsafe: false,
    },
    policy: routerFilesOf({ ...compileUci(policy), [rulesetPath]: printNft(compileRuleset(policy)) }),
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
    // Of the ruleset: its table for ARP, and its limits of connections. firewall4 needs the others itself.
    'kmod-nft-arp',
    'kmod-nft-connlimit',
    ...(uplink?.ipv4.kind === 'pppoe' ? ['ppp', 'ppp-mod-pppoe'] : []),
    ...(ipv6 ? ['odhcp6c', 'odhcpd-ipv6only'] : []),
  ].sort();
}

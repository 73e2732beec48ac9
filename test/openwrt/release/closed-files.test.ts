import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../../builder/error/boardsmith-error.ts';
import {
  type ClosedRouter,
  closedFiles,
  policyMarker,
} from '../../../openwrt/release/closed/closed-files.ts';
import {
  disabledScripts,
  type ManagementServices,
} from '../../../openwrt/release/closed/management-services.ts';
import { releaseRequest } from '../../../openwrt/release/plan-release-image.ts';
import { routerFileProblems } from '../../../openwrt/release/router-file.ts';
import { matchesGolden } from '../../support/golden.ts';
import { closedRouter, testPolicy, testRouter } from '../../support/release-router.ts';

const test = suite('the files that keep a router closed');
const dropbear = {
  path: '/etc/config/dropbear',
  mode: 0o600,
  content: "config dropbear\n\toption PasswordAuth 'off'\n\toption RootPasswordAuth '0'\n",
};
const all: ManagementServices = {
  ssh: { authorizedKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 operator@desk'] },
  serialLogin: true,
  web: true,
  failsafe: true,
};
const open: ClosedRouter = { ...closedRouter, services: all, policy: [...testPolicy, dropbear] };

function described(router: ClosedRouter): string {
  return closedFiles(router)
    .map(({ path, mode, reason, content }) => {
      const text = path.startsWith('/lib/boardsmith/policy/') ? '' : content.replace(/^(?=.)/gm, '    ');
      return `${path} ${mode.toString(8)}: ${reason}\n${text}`;
    })
    .join('\n');
}

test('with nothing named, and with everything named', () => {
  matchesGolden('openwrt/closed-files.txt', described(closedRouter));
  matchesGolden('openwrt/closed-files-all-services.txt', described(open));
  for (const router of [closedRouter, open]) assert.equal(routerFileProblems(closedFiles(router)), []);
});

test('packages and scripts of what is not named are left out and disabled', () => {
  const packages = ['-dropbear', '-luci', '-luci-ssl', '-rpcd', '-uhttpd', 'firewall4', 'nftables'];
  assert.equal(releaseRequest(testRouter).packages, packages);
  assert.equal(disabledScripts(closedRouter.services), ['dropbear', 'rpcd', 'uhttpd']);
  assert.equal(releaseRequest({ ...testRouter, router: open }).packages, [
    'dropbear',
    'firewall4',
    'luci',
    'nftables',
  ]);
  assert.equal(disabledScripts(all), []);
});

test('another policy has another marker', () => {
  const [first, ...rest] = testPolicy;
  const others = [rest, [{ ...first!, content: '' }, ...rest], [{ ...first!, mode: 0o644 }, ...rest]];
  const markers = [testPolicy, ...others].map(policyMarker);
  assert.is(new Set(markers).size, 4);
  assert.is(policyMarker([...testPolicy].reverse()), markers[0]);
});

const refusals: readonly (readonly [what: string, router: ClosedRouter, problem: RegExp])[] = [
  [
    'a policy without a firewall',
    { ...closedRouter, policy: testPolicy.filter(({ path }) => path !== '/etc/config/firewall') },
    /has no \/etc\/config\/firewall/,
  ],
  [
    'a policy that takes the place of ours',
    { ...closedRouter, policy: [...testPolicy, { path: '/etc/init.d/firewall', mode: 0o755, content: '' }] },
    /cannot be the policy's/,
  ],
  [
    'a policy that lies among ours',
    { ...closedRouter, policy: [...testPolicy, { path: '/lib/boardsmith/more', mode: 0o755, content: '' }] },
    /cannot be the policy's/,
  ],
  ['SSH without a key', { ...open, services: { ...all, ssh: { authorizedKeys: [] } } }, /without a key/],
  [
    'a key with a command',
    { ...open, services: { ...all, ssh: { authorizedKeys: ['command="sh" ssh-ed25519 AAAA'] } } },
    /no public key/,
  ],
  [
    'two keys in one',
    { ...open, services: { ...all, ssh: { authorizedKeys: ['ssh-ed25519 AAAA\nssh-ed25519 BBBB'] } } },
    /no public key/,
  ],
  ['SSH with passwords', { ...open, policy: testPolicy }, /does not switch PasswordAuth off/],
  [
    'a policy without a ruleset',
    { ...closedRouter, policy: testPolicy.filter(({ path }) => !path.endsWith('.nft')) },
    /has no \/etc\/boardsmith\/ruleset\.nft/,
  ],
  [
    'a ruleset without a table',
    {
      ...closedRouter,
      policy: testPolicy.map((file) => (file.path.endsWith('.nft') ? { ...file, content: '' } : file)),
    },
    /ruleset\.nft has no table/,
  ],
];
for (const [what, router, problem] of refusals) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => closedFiles(router),
      (error: BoardsmithError) => problem.test(error.problems.join('\n')),
    );
  });
}

test.run();

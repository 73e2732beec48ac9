import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { SquashfsEntry } from '../../../builder/image/squashfs-reader.ts';
import { noServices } from '../../../openwrt/release/closed/management-services.ts';
import { type ReadableRoot, rootProblems } from '../../../openwrt/release/root-problems.ts';
import type { RouterFile } from '../../../openwrt/release/router-file.ts';

const test = suite('the root of a built image, looked at');

interface Held {
  readonly mode?: number;
  readonly uid?: number;
  readonly content?: string;
  readonly target?: string;
}

const files: readonly RouterFile[] = [
  { path: '/etc/config/network', mode: 0o600, content: 'config interface\n' },
  { path: '/etc/nftables.d/ours.nft', mode: 0o644, content: '' },
];
const sound: Readonly<Record<string, Held>> = {
  '/etc/config/network': { mode: 0o600, content: 'config interface\n' },
  '/etc/nftables.d/ours.nft': { content: '' },
  '/etc/rc.d/S00sysfixtime': { target: '../init.d/sysfixtime' },
  '/etc/rc.d/S10boot': { target: '../init.d/boot' },
  '/etc/rc.d/S11boardsmith-closed': { target: '../init.d/boardsmith-closed' },
  '/etc/rc.d/S11sysctl': { target: '../init.d/sysctl' },
  '/etc/rc.d/S19firewall': { target: '../init.d/firewall' },
  '/etc/rc.d/S20network': { target: '../init.d/network' },
  '/etc/rc.d/K90network': { target: '../init.d/network' },
  '/etc/nftables.d/README': { content: 'text' },
};

function rootOf(held: Readonly<Record<string, Held>>): ReadableRoot {
  return {
    entries: async () =>
      Object.entries(held).map(
        ([path, { mode = 0o644, uid = 0, content = '', target = '' }]): SquashfsEntry => {
          const type = target === '' ? 'file' : 'symlink';
          return { path, type, mode, uid, gid: 0, mtime: 0, size: content.length, target, extents: [] };
        },
      ),
    readFile: async (path) => Buffer.from(held[path]!.content ?? ''),
  };
}

test('a sound one', async () => {
  assert.equal(await rootProblems(rootOf(sound), files, noServices), []);
});

const without = (path: string): Readonly<Record<string, Held>> =>
  Object.fromEntries(Object.entries(sound).filter(([name]) => name !== path));
const network = '/etc/config/network';
const wrong: readonly (readonly [what: string, held: Readonly<Record<string, Held>>, problem: string])[] = [
  ['a file that is lost', without(network), `${network} is not in the image`],
  [
    'a file that was changed',
    { ...sound, [network]: { mode: 0o600, content: 'other' } },
    `${network} was changed`,
  ],
  ['a file that is a link', { ...sound, [network]: { target: '/tmp/network' } }, `${network} is a symlink`],
  [
    'other permissions',
    { ...sound, [network]: { ...sound[network], mode: 0o644 } },
    `${network} has the mode 644, not 600`,
  ],
  [
    'another owner',
    { ...sound, [network]: { ...sound[network], uid: 1000 } },
    `${network} belongs to 1000:0, not to root`,
  ],
  [
    'our script is not started',
    without('/etc/rc.d/S11boardsmith-closed'),
    '/etc/rc.d/S11boardsmith-closed does not start ../init.d/boardsmith-closed',
  ],
  [
    'another script is started in its place',
    { ...sound, '/etc/rc.d/S19firewall': { target: '../init.d/other' } },
    '/etc/rc.d/S19firewall does not start ../init.d/firewall',
  ],
  [
    'a script before ours, by its number',
    { ...sound, '/etc/rc.d/S05early': { target: '../init.d/early' } },
    '/etc/rc.d/S05early is started before the router is closed, and it is not known to be harmless',
  ],
  [
    'a script before ours, by its name',
    { ...sound, '/etc/rc.d/S11adblock': { target: '../init.d/adblock' } },
    '/etc/rc.d/S11adblock is started before the router is closed, and it is not known to be harmless',
  ],
  [
    "rules of somebody's own",
    { ...sound, '/etc/nftables.d/theirs.nft': {} },
    "/etc/nftables.d/theirs.nft would be a part of fw4's ruleset",
  ],
  [
    'rules of a package',
    { ...sound, '/usr/share/nftables.d/ruleset-post/x.nft': {} },
    "/usr/share/nftables.d/ruleset-post/x.nft would be a part of fw4's ruleset",
  ],
  [
    'a web server that is started',
    { ...sound, '/etc/rc.d/S50uhttpd': { target: '../init.d/uhttpd' } },
    '/etc/rc.d/S50uhttpd is there, but the cluster does not name web',
  ],
  [
    'a program that could be started',
    { ...sound, '/usr/sbin/dropbear': {} },
    '/usr/sbin/dropbear is there, but the cluster does not name ssh',
  ],
];
for (const [what, held, problem] of wrong) {
  test(`refused: ${what}`, async () => {
    const problems = await rootProblems(rootOf(held), files, noServices);
    assert.is(problems.length, 1, problems.join('\n'));
    assert.ok(problems[0]!.startsWith(problem), problems[0]);
  });
}

test('a service that is named may be there', async () => {
  const held = {
    ...sound,
    '/usr/sbin/dropbear': {},
    '/etc/rc.d/S19dropbear': { target: '../init.d/dropbear' },
  };
  const services = { ...noServices, ssh: { authorizedKeys: [] } };
  assert.equal(await rootProblems(rootOf(held), files, services), []);
});

test.run();

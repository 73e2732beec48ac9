import { once } from 'node:events';
import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeIdentity } from '../../../builder/identity/identity-partition.ts';
import { noServices } from '../../../openwrt/release/closed/management-services.ts';
import { pppoeSecret } from '../../../openwrt/release/closed/unit-settings.ts';
import type { RouterPart } from '../../../openwrt/release/grow-to-card.ts';
import type { RouterFile } from '../../../openwrt/release/router-file.ts';
import { classifyLine } from '../../../qemu/console-line.ts';
import { authority, batchKey, signedBy, unitOfTest } from '../../support/batch-trial.ts';
import { ClosedRouterTrial } from '../../support/closed-router.ts';
import { openwrtCard } from '../../support/openwrt-disk.ts';
import { closedRouter, filesOf, testMarker, testPolicy } from '../../support/release-router.ts';
import { namespacesMissing } from '../../support/router-namespaces.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The scripts that we ship, run by busybox with a real nft in network namespaces, and a stand-in for fw4. */
const test = suite('a router that is closed until the policy is loaded');
const files = filesOf(closedRouter);

/** A ruleset as fw4 would make it: the board may reach the uplink, and ping the router. */
function ruleset({ marker = testMarker, forward = 'drop', input = 'drop' } = {}): string {
  return `
table inet fw4
flush table inet fw4
table inet fw4 {
  chain boardsmith_policy { counter comment "${marker}"; }
  chain input { type filter hook input priority filter; policy ${input}; icmp type echo-request accept; }
  chain forward {
    type filter hook forward priority filter; policy ${forward};
    ct state established,related accept
    iifname "board" ip saddr 10.0.1.2 accept comment "!fw4: board to uplink"
  }
  chain output { type filter hook output priority filter; policy accept; }
}
`;
}

const refused = 'table inet fw4 { chain forward { this is no rule } }\n';

async function withRouter(
  use: (trial: ClosedRouterTrial) => Promise<void>,
  shipped: readonly RouterFile[] = files,
): Promise<void> {
  const trial = await ClosedRouterTrial.create(shipped);
  try {
    await use(trial);
  } finally {
    await trial.close();
  }
}

/** A card as it is burnt. @param given secrets by their names, and settings by `setting NAME`; null: no identity */
async function cardOf(
  given: Readonly<Record<string, string>> | null,
): Promise<readonly [Uint8Array, readonly RouterPart[]]> {
  const file = join(temporaryFolder('closed-card'), 'card');
  const { bytes, parts } = await openwrtCard(file, Buffer.from('boot'), Buffer.from('root'));
  if (given !== null) {
    const kinds = (wanted: boolean): Record<string, string> =>
      Object.fromEntries(
        Object.entries(given)
          .filter(([name]) => name.startsWith('setting ') === wanted)
          .map(([name, value]) => [name.replace('setting ', ''), value]),
      );
    const unit = { ...unitOfTest, settings: kinds(true), secrets: kinds(false) };
    bytes.set(encodeIdentity(signedBy(authority), unit, batchKey), parts.at(-1)!.offset);
  }
  return [bytes, parts];
}

/** As OpenWrt boots: our script, then sysctl switches forwarding on, then the firewall. */
async function boot(trial: ClosedRouterTrial): Promise<void> {
  assert.is(await trial.service('boardsmith-closed', 'start'), 0);
  await trial.run('echo 1 >/proc/sys/net/ipv4/ip_forward');
}

async function start(trial: ClosedRouterTrial): Promise<void> {
  await boot(trial);
  await trial.service('firewall', 'start');
  trial.startGuard();
}

async function isClosed(trial: ClosedRouterTrial): Promise<void> {
  const [forwards, answers] = await Promise.all([trial.forwards(), trial.answers()]);
  assert.not.ok(forwards, 'nothing is forwarded');
  assert.not.ok(answers, 'the router does not answer');
}

/** The files with one place of one of them changed: a protection taken out. */
function mutant(path: string, from: string, to: string): RouterFile[] {
  return files.map((file) => {
    if (file.path !== path) return file;
    assert.ok(file.content.includes(from), `${path} has ${from}`);
    return { ...file, content: file.content.replace(from, to) };
  });
}

/** As the policy compiler writes it for an uplink that dials. */
const dialling = `\nconfig interface 'uplink'\n\toption proto 'pppoe'\n\toption pppd_options 'file ${pppoeSecret}'\n`;
const open = 'boardsmith: open: the policy is loaded';
const library = '/lib/boardsmith/closed.sh';
const missing = namespacesMissing();

if (missing !== null) {
  console.log(`SKIP closed-boot: ${missing}`);
  test.skip('closed-boot', () => {});
} else {
  test('the namespaces forward without us: what follows is not closed by accident', async () => {
    await withRouter(async (trial) => {
      await trial.run('echo 1 >/proc/sys/net/ipv4/ip_forward');
      assert.ok(await trial.forwards());
      assert.ok(await trial.answers());
    });
  });

  test('closed from the first script on, also after sysctl has switched forwarding on', async () => {
    await withRouter(async (trial) => {
      await boot(trial);
      await isClosed(trial);
    });
  });

  test('mutant: without the closed table sysctl opens the router', async () => {
    const without = mutant(library, 'nft -f - <<-EOF', 'cat >/dev/null <<-EOF');
    await withRouter(async (trial) => {
      await boot(trial);
      assert.ok(await trial.forwards());
    }, without);
  });

  test('the policy opens it, and what the policy does not name stays shut', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      assert.ok(await trial.forwards());
      assert.ok(await trial.answers());
      assert.is.not(await trial.run('nft list table inet boardsmith-closed'), 0);
    });
  });

  test('a first load that is refused: fw4 ends well, and everything stays closed', async () => {
    await withRouter(async (trial) => {
      trial.policy(refused);
      await start(trial);
      await trial.says('boardsmith: closed: there is no ruleset');
      await isClosed(trial);
      trial.policy(ruleset());
      await trial.service('firewall', 'restart');
      await trial.says(open);
      assert.ok(await trial.forwards());
    });
  });

  test('fw4 that is not there', async () => {
    await withRouter(async (trial) => {
      trial.unstub('fw4');
      await start(trial);
      await trial.says('boardsmith: closed: there is no ruleset');
      await isClosed(trial);
    });
  });

  const foreign: readonly (readonly [
    what: string,
    rules: string,
    warnings: string,
    says: string,
    without: string,
  ])[] = [
    [
      "a ruleset that is not this image's",
      ruleset({ marker: 'policy-of-somebody' }),
      '',
      "the ruleset is not of this image's policy",
      '"$marker"',
    ],
    [
      'a ruleset that forwards what it does not name',
      ruleset({ forward: 'accept' }),
      '',
      'the ruleset does not drop what it does not name (forward)',
      'hook $hook priority filter; policy drop;',
    ],
    [
      'a ruleset that lets in what it does not name',
      ruleset({ input: 'accept' }),
      '',
      'the ruleset does not drop what it does not name (input)',
      'hook $hook priority filter; policy drop;',
    ],
    [
      'a ruleset of which fw4 left out a part',
      ruleset(),
      '[!] Section @rule[3] specifies invalid value, ignoring section\n',
      'fw4 left out a part of the policy: [!] Section @rule[3] specifies invalid value, ignoring section',
      '"[!]"',
    ],
  ];
  for (const [what, rules, warnings, says, protection] of foreign) {
    test(`${what}: closed`, async () => {
      await withRouter(async (trial) => {
        trial.policy(rules, warnings);
        await start(trial);
        await trial.says(`boardsmith: closed: ${says}`);
        await isClosed(trial);
      });
    });

    test(`mutant: ${what}, and it is not looked at: open`, async () => {
      const blind =
        protection === '"[!]"' ? mutant(library, '"[!]"', '"never said"') : mutant(library, protection, '');
      await withRouter(async (trial) => {
        trial.policy(rules, warnings);
        await start(trial);
        await trial.says(open);
        assert.ok(await trial.forwards());
      }, blind);
    });
  }

  for (const [what, script] of [
    ['the table is deleted', 'nft delete table inet fw4'],
    ['every table is flushed, as fw4 flush does', 'nft flush ruleset'],
  ] as const) {
    test(`the ruleset vanishes (${what}): closed, and open again when it is back`, async () => {
      await withRouter(async (trial) => {
        trial.policy(ruleset());
        await start(trial);
        await trial.says(open);
        await trial.run(script);
        await trial.says('boardsmith: closed: there is no ruleset');
        await isClosed(trial);
        await trial.service('firewall', 'reload');
        await trial.says(open);
        assert.ok(await trial.forwards());
      });
    });
  }

  test('mutant: a guard that does not look again leaves it open without a ruleset', async () => {
    const deaf = mutant('/lib/boardsmith/guard', '"# new generation"*) decide ;;', '"# new generation"*) ;;');
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      await trial.run('nft delete table inet fw4');
      assert.ok(await trial.forwards());
    }, deaf);
  });

  test('a reload that is refused keeps the policy', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      trial.policy(refused);
      await trial.service('firewall', 'reload');
      assert.ok(await trial.forwards());
    });
  });

  test('a reload to another policy closes', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      trial.policy(ruleset({ marker: 'another-policy' }));
      await trial.service('firewall', 'reload');
      await trial.says("boardsmith: closed: the ruleset is not of this image's policy");
      await isClosed(trial);
    });
  });

  test('a reload from a configuration that was changed closes', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      writeFileSync(join(trial.root, 'etc/config/firewall'), "config defaults\n\toption forward 'ACCEPT'\n");
      await trial.service('firewall', 'reload');
      await trial.says('boardsmith: closed: /etc/config/firewall was changed');
      await isClosed(trial);
    });
  });

  test('mutant: where the files are not compared, it stays open', async () => {
    const trusting = mutant(library, '\tfiles_are_ours || return 1\n', '');
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      writeFileSync(join(trial.root, 'etc/config/firewall'), 'changed\n');
      await trial.service('firewall', 'restart');
      await trial.until(() => trial.forwards());
    }, trusting);
  });

  test('mutant: a guard that watches tables alone does not see a reload', async () => {
    const shortSighted = mutant('/lib/boardsmith/guard', 'nft monitor >', 'nft monitor tables >');
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      trial.policy(ruleset({ marker: 'another-policy' }));
      await trial.service('firewall', 'reload');
      assert.ok(await trial.forwards());
    }, shortSighted);
  });

  test('stopping the firewall closes the router, before the guard sees anything', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      await trial.stopGuard('SIGKILL');
      assert.ok(await trial.forwards(), 'a dead guard changes nothing');
      await trial.service('firewall', 'stop');
      await isClosed(trial);
    });
  });

  test('stopping the firewall closes the router, and the guard does not open it again', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      await trial.service('firewall', 'stop');
      await trial.says('boardsmith: closed: the firewall was stopped');
      await isClosed(trial);
      await trial.service('firewall', 'start');
      await trial.says(open);
      assert.ok(await trial.forwards());
    });
  });

  test('mutant: without the note the guard opens what was stopped', async () => {
    const unnoted = mutant('/etc/init.d/firewall', '\ttouch "$stopped" ||', '\ttrue ||');
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      await trial.service('firewall', 'stop');
      await trial.until(() => trial.forwards());
    }, unnoted);
  });

  /** Where the note goes there is no folder. */
  const stopWithoutNote = async (trial: ClosedRouterTrial): Promise<void> => {
    trial.policy(ruleset());
    await start(trial);
    await trial.says(open);
    await trial.stopGuard('SIGKILL');
    symlinkSync('/nowhere/at-all', join(trial.root, 'tmp/boardsmith-stopped'));
    await trial.service('firewall', 'stop');
  };

  test('stopping the firewall closes the router also where there is no room for the note', async () => {
    await withRouter(async (trial) => {
      await stopWithoutNote(trial);
      await isClosed(trial);
    });
  });

  test('mutant: a note that ends the script leaves it open', async () => {
    await withRouter(
      async (trial) => {
        await stopWithoutNote(trial);
        assert.ok(await trial.forwards());
      },
      mutant('/etc/init.d/firewall', 'touch "$stopped"', ': >"$stopped"'),
    );
  });

  const real = 'exec /usr/sbin/nft "$@"';
  const stubborn = `#!/bin/sh\n[ "$*" != "delete table inet boardsmith-closed" ] || exit 1\n${real}\n`;

  test('a kernel that keeps the closed table: nothing says that the router is open, and its switches are off', async () => {
    await withRouter(async (trial) => {
      trial.stub('nft', stubborn);
      trial.policy(ruleset());
      await start(trial);
      await trial.says('boardsmith: closed: the kernel does not open it');
      await isClosed(trial);
      // For each of the kernel's reports it tries again.
      const report = 'nft "add table inet look; delete table inet look"';
      const switchedOff = '[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]';
      await trial.until(async () => {
        if ((await trial.run(switchedOff)) === 0) return true;
        assert.is(await trial.run(report), 0);
        return false;
      });
    });
  });

  test('a guard that ends and cannot close says so', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      trial.stub('nft', `#!/bin/sh\n[ "$1" != -f ] || exit 1\n${real}\n`);
      await trial.stopGuard();
      await trial.says('boardsmith: NOT CLOSED: the guard ended, and the kernel refuses the closed table');
    });
  });

  test('the ImageBuilder can read the scripts for their START on a machine without what they use', async () => {
    for (const [name, order] of [
      ['boardsmith-closed', '11'],
      ['firewall', '19'],
    ] as const) {
      const script = join(import.meta.dirname, '../../../overlays/openwrt/etc/init.d', name);
      const { stdout } = await execa('sh', ['-ec', `. ${script}; echo "$START"`]);
      assert.is(stdout, order);
    }
  });

  test('a guard that is stopped closes; one that starts again opens', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      await trial.stopGuard();
      await trial.says('boardsmith: closed: the guard ended');
      await isClosed(trial);
      trial.startGuard();
      await trial.says(open);
      assert.ok(await trial.forwards());
    });
  });

  test('a kernel that takes no table: the boot goes no further', async () => {
    await withRouter(async (trial) => {
      trial.stub('nft', '#!/bin/sh\nexit 1\n');
      const script = trial.begin('boardsmith-closed', 'start');
      await trial.says('boardsmith: the kernel refuses the closed table: no link comes up');
      assert.is(script.exitCode, null, 'rcS waits for it');
      const ended = once(script, 'exit');
      process.kill(-script.pid!, 'SIGKILL');
      await ended;
    });
  });

  test("a packet must pass the policy's own ruleset too, from the first load on", async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset().replace('ip saddr 10.0.1.2 accept', 'accept'));
      await start(trial);
      await trial.says(open);
      assert.ok(await trial.forwards());
      assert.not.ok(await trial.forwards('10.0.1.77'), 'a source that nobody has');
    });
  });

  test('mutant: without it what firewall4 does not say passes', async () => {
    const alone = mutant(library, 'if ! ruleset_is_held; then', 'if false; then').map((file) =>
      file.path === '/etc/init.d/boardsmith-closed'
        ? { ...file, content: file.content.replace('load_ruleset ||', 'true ||') }
        : file,
    );
    await withRouter(async (trial) => {
      trial.policy(ruleset().replace('ip saddr 10.0.1.2 accept', 'accept'));
      await start(trial);
      await trial.says(open);
      assert.ok(await trial.forwards('10.0.1.77'));
    }, alone);
  });

  for (const [what, script] of [
    ['deleted', 'nft delete table inet boardsmith'],
    ['emptied', 'nft flush chain inet boardsmith ingress'],
    ['widened', 'nft add element inet boardsmith sources { board . 10.0.1.77 }'],
    ['flushed with all others', 'nft flush ruleset'],
  ] as const) {
    test(`the policy's own ruleset is ${what}: it is loaded again`, async () => {
      await withRouter(async (trial) => {
        trial.policy(ruleset().replace('ip saddr 10.0.1.2 accept', 'accept'));
        await start(trial);
        await trial.says(open);
        await trial.run(script);
        if (what.startsWith('flushed')) {
          await trial.says('boardsmith: closed: there is no ruleset');
          await trial.service('firewall', 'reload');
        }
        await trial.until(async () => !(await trial.forwards('10.0.1.77')));
        await trial.says(open);
        assert.ok(await trial.forwards());
      });
    });
  }

  const refusedRuleset = files.map((file) =>
    file.path.endsWith('/ruleset.nft')
      ? { ...file, content: 'table inet boardsmith {\n\tno rule\n}\n' }
      : file,
  );

  test("a kernel that refuses the policy's own ruleset: closed, whatever firewall4 loaded", async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says("boardsmith: closed: the kernel refuses the policy's own ruleset");
      await isClosed(trial);
    }, refusedRuleset);
  });

  test('closed as it is already, the guard changes nothing: a change of its own would make it look again without end', async () => {
    await withRouter(async (trial) => {
      const [looks, table] = [join(trial.root, 'looks'), join(trial.root, 'table')];
      // Each look compares each file of the policy once.
      trial.stub('cmp', `#!/bin/sh\necho "$3" >>${looks}\nexec busybox cmp "$@"\n`);
      const count = (): number =>
        readFileSync(looks, 'utf8')
          .split('\n')
          .filter((line) => line.endsWith('/etc/config/firewall')).length;
      // A table that is made anew has another handle.
      const handle = async (): Promise<string> => {
        await trial.run(`nft -a list table inet boardsmith-closed >${table}`);
        return readFileSync(table, 'utf8').split('\n')[0]!;
      };
      trial.policy(ruleset());
      await start(trial);
      await trial.says("boardsmith: closed: the kernel refuses the policy's own ruleset");
      const [first, before] = [await handle(), count()];
      await trial.run('for i in 1 2 3; do nft "add table inet other; delete table inet other"; done');
      // When the third look has begun, two others are over.
      await trial.until(async () => count() >= before + 3);
      assert.match(first, /handle \d+/);
      assert.is(await handle(), first);
    }, refusedRuleset);
  });

  test('whoever watches the console with a program is told as of an appliance', async () => {
    await withRouter(async (trial) => {
      trial.policy(ruleset());
      await start(trial);
      await trial.says(open);
      await trial.run('nft delete table inet fw4');
      await trial.says('boardsmith: closed: there is no ruleset');
      await trial.hotplug('90-boardsmith-uplink', { ACTION: 'ifup', INTERFACE: 'board' });
      await trial.hotplug('90-boardsmith-uplink', { ACTION: 'ifup', INTERFACE: 'uplink' });
      const events = trial.console
        .split('\n')
        .map((line) => classifyLine(line, 'router'))
        .flatMap((meaning) => (meaning.kind === 'event' ? [meaning.event] : []));
      assert.equal(
        events.map(({ event, state }) => [event, state]),
        [
          ['ruleset', undefined],
          ['ready', undefined],
          ['closed', undefined],
          ['network', 'up'],
        ],
      );
    });
  });

  const asking = filesOf({
    services: { ...noServices, web: true },
    policy: testPolicy.map((file) =>
      file.path === '/etc/config/network' ? { ...file, content: `${file.content}${dialling}` } : file,
    ),
  });
  const hash = `$6$salt$${'x'.repeat(86)}`;
  const units: readonly (readonly [
    what: string,
    /** null: none was burnt. */
    given: Readonly<Record<string, string>> | null,
    secret: string | null,
    root: string,
  ])[] = [
    ['both', { PPPOE_PASSWORD: 'pass word', ROOT_PASSWORD_HASH: hash }, 'pass word', hash],
    ['one that has quotes', { PPPOE_PASSWORD: 'a"b\\c$(d)`e`' }, 'a\\"b\\\\c$(d)`e`', '*'],
    ['one with percent signs', { PPPOE_PASSWORD: '%%20 %25' }, '%%20 %25', '*'],
    ['no identity', null, null, '*'],
    ['an identity without secrets', {}, null, '*'],
    ['an empty one', { PPPOE_PASSWORD: '' }, null, '*'],
    ['one with another option behind it', { PPPOE_PASSWORD: 'x\tconnect sh' }, null, '*'],
    ['one with another line behind it', { PPPOE_PASSWORD: 'x\nconnect sh' }, null, '*'],
    ['a hash that is none', { ROOT_PASSWORD_HASH: 'secret' }, null, '*'],
    ['a hash that would be two fields', { ROOT_PASSWORD_HASH: `${hash}:0` }, null, '*'],
    ['a secret that nothing asks for', { SHADOW: 'root::0:::::' }, null, '*'],
    ['a setting of the name', { 'setting PPPOE_PASSWORD': 'x' }, null, '*'],
  ];
  for (const [what, given, secret, root] of units) {
    test(`what a unit is given when it is burnt: ${what}`, async () => {
      await withRouter(async (trial) => {
        trial.card(...(await cardOf(given)));
        assert.is(await trial.service('boardsmith-closed', 'start'), 0);
        const place = 'tmp/boardsmith/pppoe-secret';
        assert.is(trial.has(place), secret !== null, trial.console);
        if (secret !== null) {
          assert.is(readFileSync(join(trial.root, place), 'utf8'), `password "${secret}"\n`);
          assert.is(statSync(join(trial.root, place)).mode & 0o777, 0o600);
        }
        const shadow = readFileSync(join(trial.root, 'etc/shadow'), 'utf8');
        assert.is(shadow.split('\n')[0], `root:${root}:0:0:99999:7:::`);
        assert.is(statSync(join(trial.root, 'etc/shadow')).mode & 0o777, 0o600);
        assert.not.ok(trial.has('tmp/boardsmith/given'), 'nothing else is kept');
        assert.is(trial.console.includes('holds no identity'), given === null, trial.console);
      }, asking);
    });
  }

  test('a card that is not there: nothing dials, and root stays locked', async () => {
    await withRouter(async (trial) => {
      assert.is(await trial.service('boardsmith-closed', 'start'), 0);
      assert.not.ok(trial.has('tmp/boardsmith/pppoe-secret'));
      assert.match(readFileSync(join(trial.root, 'etc/shadow'), 'utf8'), 'root:*:');
      assert.match(trial.console, 'the card holds no identity');
    }, asking);
  });

  test('an image that asks for nothing takes nothing of a unit', async () => {
    await withRouter(async (trial) => {
      trial.card(...(await cardOf({ PPPOE_PASSWORD: 'x', ROOT_PASSWORD_HASH: hash })));
      assert.is(await trial.service('boardsmith-closed', 'start'), 0);
      assert.not.ok(trial.has('tmp/boardsmith/pppoe-secret'));
      assert.match(readFileSync(join(trial.root, 'etc/shadow'), 'utf8'), 'root:*:');
      assert.is(trial.console, '');
    });
  });

  test('what uci-defaults made of the policy is undone at every boot', async () => {
    await withRouter(async (trial) => {
      const firewall = join(trial.root, 'etc/config/firewall');
      const wireless = join(trial.root, 'etc/config/wireless');
      const untouched = join(trial.root, 'etc/config/other');
      writeFileSync(firewall, "config defaults\n\toption forward 'ACCEPT'\n", { mode: 0o666 });
      writeFileSync(wireless, "config wifi-iface\n\toption disabled '0'\n");
      writeFileSync(untouched, 'config other\n');
      assert.is(await trial.service('boardsmith-closed', 'start'), 0);
      assert.is(readFileSync(firewall, 'utf8'), testPolicy.at(-1)!.content);
      assert.is(statSync(firewall).mode & 0o777, 0o600);
      assert.not.ok(trial.has('etc/config/wireless'));
      assert.ok(trial.has('etc/config/other'));
      assert.is(trial.console, 'boardsmith: /etc/config/firewall was changed and is restored\n');
      assert.is(await trial.service('boardsmith-closed', 'start'), 0);
      assert.is(trial.console.split('\n').length, 2, 'nothing more was changed');
    });
  });

  test('mutant: without the copies a changed policy stays', async () => {
    const trusting = mutant('/etc/init.d/boardsmith-closed', '\trestore_policy\n', '\t:\n');
    await withRouter(async (trial) => {
      const firewall = join(trial.root, 'etc/config/firewall');
      writeFileSync(firewall, 'open\n');
      assert.is(await trial.service('boardsmith-closed', 'start'), 0);
      assert.is(readFileSync(firewall, 'utf8'), 'open\n');
    }, trusting);
  });
}

test.run();

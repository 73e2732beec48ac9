import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import type { AuditOptions } from '../../builder/rootfs/audit/audit.ts';
import type { AuditRule } from '../../builder/rootfs/audit/finding.ts';
import { requireClean } from '../../builder/rootfs/audit/require-clean.ts';
import { auditTree } from '../../builder/rootfs/audit-tree.ts';
import { completeTree } from '../../builder/rootfs/complete-tree.ts';
import type { TreeEntry } from '../../builder/rootfs/tree.ts';
import { type BuiltBun, builtBun } from '../support/built-bun.ts';
import { type BuiltElf, builtElf } from '../support/built-elf.ts';
import { directory, file, symlink } from '../support/tree-entries.ts';

const loader = '/lib/ld-musl-aarch64.so.1';
const daemon: BuiltElf = {
  interpreter: loader,
  needed: ['libstdc++.so.6', 'libc.musl-aarch64.so.1'],
  pie: true,
};

function elf(path: string, options: BuiltElf, fields = {}): TreeEntry {
  return file(path, builtElf(options), { mode: 0o755, ...fields });
}

/** What an appliance's root holds; every test adds one offence. */
const sound: readonly TreeEntry[] = [
  elf('/usr/bin/cxo', daemon),
  elf('/lib/ld-musl-aarch64.so.1', {}),
  elf('/lib/libstdc++.so.6.0.33', { soname: 'libstdc++.so.6', needed: ['libgcc_s.so.1'] }),
  symlink('/lib/libstdc++.so.6', 'libstdc++.so.6.0.33'),
  elf('/lib/libgcc_s.so.1', { soname: 'libgcc_s.so.1' }),
  symlink('/etc/resolv.conf', '/run/resolv.conf'),
  directory('/run', { mode: 0o555 }),
  directory('/data', { mode: 0o555 }),
];

/** @returns `path rule` of each finding */
async function findings(
  entries: readonly TreeEntry[],
  options: Partial<AuditOptions> = {},
  completion = {},
): Promise<string[]> {
  const { findings: found } = await auditTree(completeTree(entries, completion), {
    architecture: 'arm64',
    daemon: '/usr/bin/cxo',
    expected: entries.map(({ path }) => path),
    ...options,
  });
  for (const { message, remedy } of found) assert.ok(message !== '' && remedy !== '');
  return found.map(({ path, rule }) => `${path} ${rule}`);
}

/** The sound tree with entries put in the place of those with the same path. */
function soundTreeWith(...entries: readonly TreeEntry[]): TreeEntry[] {
  const replaced = new Set(entries.map(({ path }) => path));
  return [...sound.filter(({ path }) => !replaced.has(path)), ...entries];
}

test('finds nothing in a sound tree', async () => assert.equal(await findings(sound), []));

const offences: readonly (readonly [string, readonly TreeEntry[], readonly string[]])[] = [
  [
    "a daemon that needs glibc's libraries",
    [elf('/usr/bin/cxo', { ...daemon, needed: ['libstdc++.so.6', 'libm.so.6'] })],
    ['/usr/bin/cxo glibc'],
  ],
  [
    "a daemon with glibc's loader",
    [
      elf('/usr/bin/cxo', { ...daemon, interpreter: '/lib/ld-linux-aarch64.so.1' }),
      elf('/lib/ld-linux-aarch64.so.1', {}),
    ],
    ['/lib/ld-linux-aarch64.so.1 glibc', '/lib/ld-musl-aarch64.so.1 unneeded-library', '/usr/bin/cxo glibc'],
  ],
  [
    "glibc's libc",
    [elf('/lib/libc.so.6', { soname: 'libc.so.6' })],
    ['/lib/libc.so.6 glibc', '/lib/libc.so.6 unneeded-library'],
  ],
  [
    'a daemon linked statically with glibc',
    [elf('/usr/bin/cxo', { ...daemon, glibcNote: true })],
    ['/usr/bin/cxo glibc'],
  ],
  [
    'a daemon for x86-64',
    [elf('/usr/bin/cxo', { ...daemon, machine: 62 })],
    ['/usr/bin/cxo foreign-architecture'],
  ],
  [
    'a daemon for 32-bit arm',
    [elf('/usr/bin/cxo', { ...daemon, machine: 40, bits: 32 })],
    ['/usr/bin/cxo foreign-architecture'],
  ],
  [
    'a big-endian daemon',
    [elf('/usr/bin/cxo', { ...daemon, littleEndian: false })],
    ['/usr/bin/cxo foreign-architecture'],
  ],
  [
    'a library for x86-64',
    [elf('/lib/libgcc_s.so.1', { soname: 'libgcc_s.so.1', machine: 62 })],
    ['/lib/libgcc_s.so.1 foreign-architecture'],
  ],
  [
    'a daemon that is cut off',
    [file('/usr/bin/cxo', builtElf(daemon).subarray(0, 150))],
    [
      '/lib/ld-musl-aarch64.so.1 unneeded-library',
      '/lib/libgcc_s.so.1 unneeded-library',
      '/lib/libstdc++.so.6.0.33 unneeded-library',
      '/usr/bin/cxo malformed-elf',
    ],
  ],
  [
    'a daemon that needs what is not there',
    [elf('/usr/bin/cxo', { ...daemon, needed: ['libstdc++.so.6', 'libz.so.1'] })],
    ['/usr/bin/cxo unresolved-library'],
  ],
  [
    'a library that needs what is not there',
    [elf('/lib/libgcc_s.so.1', { soname: 'libgcc_s.so.1', needed: ['libgone.so'] })],
    ['/lib/libgcc_s.so.1 unresolved-library'],
  ],
  [
    'a library behind a broken symlink',
    [symlink('/lib/libstdc++.so.6', 'libstdc++.so.6.0.99')],
    [
      '/lib/libgcc_s.so.1 unneeded-library',
      '/lib/libstdc++.so.6 broken-symlink',
      '/lib/libstdc++.so.6.0.33 unneeded-library',
      '/usr/bin/cxo unresolved-library',
    ],
  ],
  [
    'a library that nothing loads',
    [elf('/lib/libssl.so.3', { soname: 'libssl.so.3' })],
    ['/lib/libssl.so.3 unneeded-library'],
  ],
  [
    'a loader that is not there',
    [elf('/usr/bin/cxo', { ...daemon, interpreter: '/lib/ld-musl-armhf.so.1' })],
    ['/lib/ld-musl-aarch64.so.1 unneeded-library', '/usr/bin/cxo missing-interpreter'],
  ],
  ['a second program', [elf('/usr/sbin/helper', { type: 2 })], ['/usr/sbin/helper second-daemon']],
  [
    'a second program as static-pie',
    [elf('/usr/sbin/helper', { pie: true })],
    ['/usr/sbin/helper second-daemon'],
  ],
  [
    'a second program without an x bit',
    [elf('/usr/sbin/helper', { type: 2 }, { mode: 0o644 })],
    ['/usr/sbin/helper second-daemon'],
  ],
  ['a script', [file('/etc/hook', '#!/usr/bin/cxo\n')], ['/etc/hook shell-or-interpreter']],
  ['a shell by its name', [symlink('/bin/sh', '/usr/bin/cxo')], ['/bin/sh shell-or-interpreter']],
  ['a file that everybody can write', [file('/etc/x', '', { mode: 0o666 })], ['/etc/x writable']],
  ['a folder that everybody can write', [directory('/var', { mode: 0o777 })], ['/var writable']],
  ['a file of the daemon', [file('/etc/x', '', { uid: 1000 })], ['/etc/x writable']],
  ["a folder of the daemon's group", [directory('/var', { gid: 1000, mode: 0o775 })], ['/var writable']],
  ['a symlink to nowhere', [symlink('/etc/x', '/etc/gone')], ['/etc/x broken-symlink']],
  ['a symlink out of the tree', [symlink('/etc/x', '../../../usr/bin/cxo')], ['/etc/x broken-symlink']],
  ['a symlink to itself', [symlink('/etc/x', 'x')], ['/etc/x broken-symlink']],
  [
    'a symlink below a mount point that is not there',
    [symlink('/etc/x', '/proc/mounts')],
    ['/etc/x broken-symlink'],
  ],
];
for (const [what, entries, expected] of offences) {
  test(`finds ${what}`, async () => assert.equal(await findings(soundTreeWith(...entries)), expected));
}

for (const [bit, word] of [
  [0o4755, 'setuid'],
  [0o2755, 'setgid'],
  [0o1755, 'sticky'],
] as const) {
  test(`finds a ${word} bit`, async () => {
    const entries = soundTreeWith(elf('/usr/bin/cxo', daemon, { mode: bit }));
    assert.equal(await findings(entries, {}, { specialBits: ['/usr/bin/cxo'] }), [
      '/usr/bin/cxo special-bits',
    ]);
  });
}

for (const name of [
  'sh',
  'bash',
  'dash',
  'ash',
  'busybox',
  'toybox',
  'python3.13',
  'perl',
  'lua5.4',
  'ksh',
  'zsh',
]) {
  test(`finds ${name} by its name`, async () => {
    const entries = soundTreeWith(elf(`/usr/bin/${name}`, { type: 2 }));
    const path = `/usr/bin/${name}`;
    assert.equal(await findings(entries), [`${path} second-daemon`, `${path} shell-or-interpreter`]);
  });
}

test('does not take every name with sh in it for a shell', async () => {
  const names = ['/etc/shadow-config', '/etc/hash', '/etc/push', '/etc/bashful', '/etc/python-config'];
  assert.equal(await findings(soundTreeWith(...names.map((path) => file(path, 'text')))), []);
});

const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const contents: readonly (readonly [string, string, boolean])[] = [
  ['busybox under another name', 'BusyBox v1.37.0 (Debian)', true],
  ['toybox under another name', '(see toybox --help)', true],
  ['a POSIX shell under another name', 'HOME\0OPTIND\0PATH', true],
  ['Python under another name', 'PYTHONHOME\0', true],
  ['Perl under another name', 'PERL5LIB\0', true],
  ['Lua under another name', '$LuaVersion: Lua 5.4.7', true],
  ['Node without an application', `internal/bootstrap/realm\0${fuse}:0`, true],
  ['Node built without the fuse', 'internal/bootstrap/realm\0', true],
  ['Node with an application', `internal/bootstrap/realm\0${fuse}:1`, false],
  ['Bun without an application', 'x\n---- Bun! ----\n', true],
  ['Bun whose application was cut off from it', 'x\n---- Bun! ----\nmodules\n---- Bun! ----\n', true],
];
for (const [what, trailing, isFound] of contents) {
  test(`${isFound ? 'finds' : 'accepts'} ${what}`, async () => {
    const entries = soundTreeWith(elf('/usr/bin/cxo', { ...daemon, trailing }));
    assert.equal(await findings(entries), isFound ? ['/usr/bin/cxo shell-or-interpreter'] : []);
  });
}

test('accepts Bun with an application, and finds one that was stripped', async () => {
  const compiled = (options: BuiltBun): TreeEntry[] => {
    const program = file('/usr/bin/cxo', builtBun(options), { mode: 0o755 });
    return [program, ...sound.filter(({ path }) => !/^\/(?:usr|lib)\//.test(path))];
  };
  assert.equal(await findings(compiled({})), []);
  assert.equal(await findings(compiled({ pointer: 0n })), ['/usr/bin/cxo shell-or-interpreter']);
});

test('finds a file that nobody asked for, and an empty folder, and one that is missing', async () => {
  const expected = [...sound.map(({ path }) => path), '/etc/hosts'];
  const entries = soundTreeWith(file('/etc/motd', 'hello'), directory('/opt'));
  assert.equal(await findings(entries, { expected }), [
    '/etc/hosts missing-file',
    '/etc/motd unasked-file',
    '/opt unasked-file',
  ]);
});

test('lets a helper through that is named', async () => {
  const entries = soundTreeWith(elf('/usr/sbin/dhcp', { type: 2 }));
  assert.equal(await findings(entries, { helpers: ['/usr/sbin/dhcp'] }), []);
});

test('takes the folders of /etc/ld-musl-aarch64.path instead of the usual ones', async () => {
  const path = file('/etc/ld-musl-aarch64.path', '/opt/lib:/opt/more\n/lib');
  const moved = [elf('/opt/more/libgcc_s.so.1', { soname: 'libgcc_s.so.1' }), path];
  const entries = [...sound.filter((entry) => entry.path !== '/lib/libgcc_s.so.1'), ...moved];
  assert.equal(await findings(entries), []);
  assert.equal(await findings(entries.filter((entry) => entry !== path)), [
    '/lib/libstdc++.so.6.0.33 unresolved-library',
    '/opt/more/libgcc_s.so.1 unneeded-library',
  ]);
});

for (const field of ['rpath', 'runpath'] as const) {
  test(`follows the ${field} of the daemon, for what its libraries need too`, async () => {
    const moved = [
      elf('/usr/bin/cxo', { ...daemon, [field]: '$ORIGIN/../private' }),
      elf('/usr/private/libstdc++.so.6', { soname: 'libstdc++.so.6', needed: ['libgcc_s.so.1'] }),
      elf('/usr/private/libgcc_s.so.1', { soname: 'libgcc_s.so.1' }),
    ];
    const entries = [...soundTreeWith(...moved).filter(({ path }) => !/^\/lib\/lib/.test(path))];
    assert.equal(await findings(entries), []);
  });
}

test('musl takes libc, libpthread and the like for itself', async () => {
  const needed = ['libstdc++.so.6', 'libc.so', 'libpthread.so', 'libm.so', 'libdl.so'];
  assert.equal(await findings(soundTreeWith(elf('/usr/bin/cxo', { ...daemon, needed }))), []);
});

test('a static daemon alone is a sound tree', async () => {
  assert.equal(await findings([elf('/usr/bin/cxo', { type: 2 })]), []);
});

test('requireClean stops with every finding and what to do about it', async () => {
  const rule: AuditRule = 'glibc';
  const finding = {
    path: '/usr/bin/cxo',
    rule,
    message: "it needs glibc's libm.so.6",
    remedy: 'use a build for musl',
  };
  assert.not.throws(() => requireClean([], 'the root of cxo'));
  try {
    requireClean([finding, finding], 'the root of cxo');
    assert.unreachable();
  } catch (error) {
    assert.instance(error, BoardsmithError);
    const { code, message, problems } = error as BoardsmithError;
    assert.is(code, 'AUDIT_FAILED');
    assert.is(message, 'the root of cxo holds 2 things that it must not hold');
    assert.is(problems[0], "/usr/bin/cxo: it needs glibc's libm.so.6 [glibc]; use a build for musl");
  }
});

test.run();

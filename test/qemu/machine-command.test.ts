import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BoardsmithError } from '../../builder/error/boardsmith-error.ts';
import { machineCommand } from '../../qemu/machine-command.ts';
import { type MachineOptions, plainRun } from '../../qemu/machine-options.ts';
import { probePort } from '../../qemu/probe/probe-boot.ts';
import { shellCommand } from '../../qemu/shell-quote.ts';
import { matchesGolden } from '../support/golden.ts';
import { fakeImage } from './fake-machine.ts';

const test = suite("QEMU's command line");

const web = { name: 'http', protocol: 'tcp', guest: 8080, host: 0 } as const;
const direct = { kernel: '/run/kernel', initramfs: '/run/initramfs', commandLine: 'console=ttyAMA0 quiet' };

const runs: Readonly<Record<string, Partial<MachineOptions>>> = {
  plain: {},
  forwarded: { forwards: [web, { name: 'dht', protocol: 'udp', guest: 6881, host: 6881 }], outside: true },
  probe: { direct, serialPorts: [probePort] },
  'own-card': { card: { kind: 'file', path: '/home/a b/card,1.img' }, memoryMiB: 512, onReboot: 'reboot' },
  nbd: { card: { kind: 'url', url: 'nbd+unix:///?socket=/tmp/x/nbd.sock' }, singleThreaded: true },
  cables: {
    cards: [
      { mac: '52:54:00:00:00:01', socket: '/tmp/x/eth0.sock' },
      { mac: '52:54:00:00:00:02', socket: '/tmp/a,b/eth1.sock' },
    ],
  },
  drives: { extraDrives: ['/tmp/second.img', 'nbd://127.0.0.1:10809'] },
};

for (const [name, options] of Object.entries(runs)) {
  test(`${name}: as in the golden file`, () => {
    const lines = machineCommand(fakeImage, { ...plainRun, ...options });
    matchesGolden(`qemu/command-${name}.txt`, `${lines.join('\n')}\n`);
  });
}

test("without an environment of its own, U-Boot's built-in one is used", () => {
  const argv = machineCommand({ ...fakeImage, environmentFlash: null }, plainRun);
  assert.not.ok(argv.some((argument) => argument.includes('pflash')));
});

test('the image is never given to QEMU without snapshot=on, unless a card asks for it', () => {
  for (const options of Object.values(runs)) {
    const drives = machineCommand(fakeImage, { ...plainRun, ...options }).filter((argument) =>
      argument.includes(fakeImage.image),
    );
    assert.ok(
      drives.every((drive) => drive.endsWith('snapshot=on')),
      drives.join(),
    );
  }
});

test("a virt machine has a device tree with a power key, unless its board's file says otherwise", () => {
  const machineOf = (machine: string): string => {
    const argv = machineCommand({ ...fakeImage, machine: { ...fakeImage.machine, machine } }, plainRun);
    return argv[argv.indexOf('-machine') + 1]!;
  };
  assert.is(machineOf('virt'), 'virt,acpi=off');
  assert.is(machineOf('virt-7.2,secure=on'), 'virt-7.2,secure=on,acpi=off');
  assert.is(machineOf('virt,acpi=on'), 'virt,acpi=on');
  assert.is(machineOf('orangepi-pc'), 'orangepi-pc');
});

test('a shell reads back exactly the arguments that were quoted', async () => {
  const argv = [
    'a',
    '',
    'two words',
    "it's",
    '$HOME `id` "x"',
    'new\nline',
    '*',
    'nbd://x?a=b&c',
    '--x=1,2:3',
  ];
  const { stdout } = await execa('sh', ['-c', `printf '%s\\0' ${shellCommand(argv)}`], {
    stripFinalNewline: false,
  });
  assert.equal(stdout.split('\0').slice(0, -1), argv);
});

test('a machine without the memory that the kernel keeps its last words in is refused', () => {
  assert.throws(
    () => machineCommand(fakeImage, { ...plainRun, memoryMiB: 384 }),
    (error: BoardsmithError) => error.code === 'USAGE' && /give 385 MiB or more/.test(error.hint ?? ''),
  );
  machineCommand(fakeImage, { ...plainRun, memoryMiB: 385 });
});

test.run();

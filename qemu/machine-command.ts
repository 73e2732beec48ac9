import { BoardsmithError } from '../builder/error/boardsmith-error.ts';
import type { BootableImage } from './bootable-image.ts';
import type { Card, Forward, MachineOptions } from './machine-options.ts';

/** The program that plays every arm64 board. */
export const qemuProgram = 'qemu-system-aarch64';
/** QEMU's control socket, relative to the machine's folder. */
export const qmpSocket = 'qmp.sock';

/**
 * The arguments of QEMU for one run. Pure: the same image and options give the same command line. Sockets are named relative to the
 * folder that QEMU is started in, so that the line can be pasted into a shell in any folder and stays below a socket path's 107 bytes.
 * TCG always: it is there on every machine, and a board's core is not the host's.
 * @throws BoardsmithError USAGE if the machine would have less memory than the image's kernel needs
 */
export function machineCommand(image: BootableImage, options: MachineOptions): string[] {
  const { machine } = image;
  return [
    qemuProgram,
    // Nothing of this machine's QEMU configuration, and no device that was not asked for.
    ...['-no-user-config', '-nodefaults', '-display', 'none'],
    ...['-machine', machineType(machine.machine), '-cpu', machine.cpu, '-smp', String(machine.cores)],
    ...['-accel', `tcg,thread=${options.singleThreaded ? 'single' : 'multi'}`],
    ...['-m', String(memoryOf(image, options))],
    // The guest's watchdog resets the machine as the board's would; -no-reboot turns any reset into an end that names its reason.
    ...['-action', 'watchdog=reset', ...(options.onReboot === 'stop' ? ['-no-reboot'] : [])],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', `socket,id=qmp,path=${qmpSocket},server=on,wait=off`, '-mon', 'chardev=qmp,mode=control'],
    ...bootArguments(image, options),
    ...driveArguments(image, options),
    ...networkArguments(image, options),
    ...machine.devices.flatMap((device) => ['-device', device]),
    ...serialPortArguments(options),
  ];
}

function memoryOf({ board, machine, leastMemoryMiB }: BootableImage, { memoryMiB }: MachineOptions): number {
  const memory = memoryMiB ?? machine.memoryMiB;
  if (memory >= leastMemoryMiB) return memory;
  throw new BoardsmithError('USAGE', `${memory} MiB of memory are too few for the board ${board}`, {
    hint: `give ${leastMemoryMiB} MiB or more: its kernel keeps its last words (lastWords in the board's file) at the end of them`,
  });
}

/**
 * Boards have device trees. With firmware in its flash, `virt` would offer ACPI instead and leave the power key out of the tree
 * (hw/arm/virt.c, create_gpio_devices).
 */
function machineType(type: string): string {
  return /^virt(?:-|,|$)/.test(type) && !/,acpi=/.test(type) ? `${type},acpi=off` : type;
}

function bootArguments(image: BootableImage, { direct }: MachineOptions): string[] {
  if (direct !== null) {
    return ['-kernel', direct.kernel, '-initrd', direct.initramfs, '-append', direct.commandLine];
  }
  const environment = image.environmentFlash;
  return [
    '-bios',
    image.firmware,
    // U-Boot may save its environment: what it writes is dropped.
    ...(environment === null
      ? []
      : ['-drive', `if=pflash,index=1,format=raw,file=${optionValue(environment)},snapshot=on`]),
  ];
}

function driveArguments(image: BootableImage, { card, extraDrives }: MachineOptions): string[] {
  const extra = extraDrives.flatMap((drive, index) => [
    '-drive',
    `if=none,id=extra${index},format=raw,file=${optionValue(drive)}`,
    '-device',
    `${image.machine.disk},drive=extra${index}`,
  ]);
  return [
    '-drive',
    `if=none,id=card,format=raw,${cardFile(image, card)}`,
    '-device',
    `${image.machine.disk},drive=card`,
    ...extra,
  ];
}

function cardFile(image: BootableImage, card: Card): string {
  switch (card.kind) {
    case 'image':
      return `file=${optionValue(image.image)},snapshot=on`;
    case 'file':
      return `file=${optionValue(card.path)}`;
    case 'url':
      return `file=${optionValue(card.url)}`;
  }
}

function networkArguments({ machine }: BootableImage, options: MachineOptions): string[] {
  // Boot ROMs of network cards lie in a package of their own and are of no use here.
  const romless = machine.network.includes('-pci') ? ',romfile=' : '';
  const { outside, forwards, cards } = options;
  if (cards !== null) {
    return cards.flatMap(({ mac, socket }, index) => [
      '-netdev',
      `stream,id=net${index},server=off,addr.type=unix,addr.path=${optionValue(socket)}`,
      '-device',
      `${machine.network},netdev=net${index},mac=${mac}${romless}`,
    ]);
  }
  const user = [`user,id=net0,restrict=${outside ? 'off' : 'on'}`, ...forwards.map(forwardRule)].join(',');
  return ['-netdev', user, '-device', `${machine.network},netdev=net0${romless}`];
}

function forwardRule({ protocol, host, guest }: Forward): string {
  return `hostfwd=${protocol}:127.0.0.1:${host}-:${guest}`;
}

function serialPortArguments({ serialPorts }: MachineOptions): string[] {
  if (serialPorts.length === 0) return [];
  const ports = serialPorts.flatMap(({ name, socket }, index) => [
    '-chardev',
    `socket,id=port${index},path=${socket},server=on,wait=off`,
    '-device',
    `virtserialport,chardev=port${index},name=${name}`,
  ]);
  return ['-device', 'virtio-serial-pci', ...ports];
}

/** A comma ends a value in QEMU's option lists unless it is doubled. */
function optionValue(value: string): string {
  return value.replaceAll(',', ',,');
}

import { boardRule } from '../board-fields.ts';

/** Shorter, and a busy board resets; longer, and a dead one stays dead. */
const leastWatchdog = 5;
const mostWatchdog = 600;

/** Devices and properties of QEMU that reach files, devices or sockets of the machine that it runs on. */
const hostDevice =
  /^(vfio|vhost|usb-host|usb-redir|usb-mtp|scsi-(generic|block)|virtio-9p|ivshmem|u2f-(emulated|passthru)|ccid-card|loader|guest-loader|tpm)/;
const hostProperties: readonly string[] = [
  'drive',
  'netdev',
  'chardev',
  'file',
  'filename',
  'path',
  'fsdev',
  'memdev',
  'rombar',
  'romfile',
  'id',
  'bus',
];

export const machineRules = [
  boardRule('watchdog-timeout-bounded', ['watchdog'], ({ watchdog }, report) => {
    if (watchdog === null || (watchdog.timeout >= leastWatchdog && watchdog.timeout <= mostWatchdog)) return;
    report({
      at: ['watchdog', 'timeout'],
      message: `${watchdog.timeout} s is too ${watchdog.timeout < leastWatchdog ? 'short' : 'long'} for a watchdog`,
      remedy: `write a time from ${leastWatchdog} s to ${mostWatchdog / 60} min`,
    });
  }),

  boardRule('qemu-stays-virtual', ['qemu'], ({ qemu }, report) => {
    if (qemu === null) return;
    const devices = [
      { at: ['qemu', 'disk'], text: qemu.disk },
      { at: ['qemu', 'network'], text: qemu.network },
      ...qemu.devices.map((text, index) => ({ at: ['qemu', 'devices', index], text })),
    ];
    for (const { at, text } of devices) {
      const [name, ...properties] = text.split(',');
      const bad = hostDevice.test(name!)
        ? name
        : properties
            .map((property) => property.split('=')[0]!)
            .find((property) => hostProperties.includes(property));
      if (bad === undefined) continue;
      report({
        at,
        message: `${bad} reaches out of the virtual machine, or is given when QEMU is started`,
        remedy: `remove it from ${text}`,
      });
    }
  }),
];

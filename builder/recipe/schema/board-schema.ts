import { ref, rootSchema } from './definitions.ts';
import { fields, list, named } from './schema-node.ts';

const kernelFragment = {
  title: 'a fragment of a configuration',
  description: 'File with what is on, over tinyconfig; from the folder of this file.',
  type: 'string',
  maxLength: 200,
  pattern: '^(\\.\\./)*([A-Za-z0-9_+-][A-Za-z0-9._+-]*/)*[A-Za-z0-9_+-][A-Za-z0-9._+-]*\\.config$',
  patternErrorMessage: 'write a relative path that ends with .config',
  examples: ['../kernels/appliance.config'],
} as const;

/** recipes/boards/*.yaml. */
export const boardSchema = rootSchema(
  'urn:boardsmith:board',
  fields(
    ['name', 'description', 'architecture', 'memory', 'kernel', 'bootloader', 'console', 'partitions'],
    {
      name: ref('label', { description: 'As the file is named, without `.yaml`.', examples: ['qemu-virt'] }),
      description: ref('sentence', { description: 'Which board it is, in a sentence.' }),
      default: ref('switch', {
        description: 'Whether it is the board when none is named.',
        default: false,
      }),
      architecture: {
        title: 'an architecture',
        description: 'What its processor runs.',
        type: 'string',
        enum: ['arm64'],
      },
      memory: ref('size', { description: 'Memory of the board.', examples: ['2 GiB'] }),
      memoryAddress: ref('address', { description: 'Where it begins; needed for `lastWords`.' }),
      kernel: fields(
        [],
        {
          package: ref('debianPackage', {
            description:
              'Debian package of a ready-made kernel; a metapackage is followed to the real one when it is locked.',
          }),
          source: fields(
            ['package', 'fragment'],
            {
              package: ref('debianPackage', {
                description: 'Debian package of the sources.',
                examples: ['linux-source'],
              }),
              fragment: kernelFragment,
            },
            { description: 'Sources of a kernel that is built here, without modules; instead of `package`.' },
          ),
          deviceTree: {
            title: 'a device tree',
            description:
              'Path below the kernel’s folder of device trees. Left out: the boot loader hands one over.',
            type: 'string',
            maxLength: 200,
            pattern: '^([A-Za-z0-9_+-]+/)*[A-Za-z0-9_+-]+(\\.[A-Za-z0-9_+-]+)*\\.dtb$',
            patternErrorMessage: 'write a relative path that ends with .dtb',
            examples: ['allwinner/sun50i-h5-orangepi-prime.dtb'],
          },
          modules: list(
            {
              title: "a module's name",
              type: 'string',
              pattern: '^[a-z0-9][a-z0-9_-]{0,55}$',
              patternErrorMessage: 'write its name in lower case without folder and without .ko',
            },
            200,
            {
              description:
                'Modules that init loads, in this order; what they depend on is added. Nothing is loaded afterwards.',
              default: [],
              examples: [['virtio_blk', 'ext4']],
            },
          ),
          commandLine: list(
            {
              title: 'a kernel argument',
              type: 'string',
              maxLength: 200,
              pattern: '^[A-Za-z0-9_][A-Za-z0-9_.-]*(=[A-Za-z0-9_.,:/@+-]+)?$',
              patternErrorMessage:
                'write name or name=value, one argument an element, without quotes and spaces',
            },
            64,
            {
              description: 'Arguments of the kernel, without those that the build adds (console=, for one).',
              default: [],
              examples: [['panic=10']],
            },
          ),
        },
        { description: 'The kernel and what it is told.' },
      ),
      bootloader: fields(
        ['file', 'place'],
        {
          package: ref('debianPackage', {
            description: 'Debian package of a ready-made boot loader.',
            examples: ['u-boot-sunxi'],
          }),
          source: fields(
            ['package', 'configuration', 'fragment'],
            {
              package: ref('debianPackage', {
                description: 'Debian source package of U-Boot.',
                examples: ['u-boot'],
              }),
              configuration: {
                title: "a board's configuration",
                description: 'Its own configuration for the board, without `_defconfig`.',
                type: 'string',
                maxLength: 100,
                pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
                patternErrorMessage: 'write the name of a file in its folder configs, without _defconfig',
                examples: ['orangepi_prime'],
              },
              fragment: {
                ...kernelFragment,
                description:
                  'File with what is otherwise than in that configuration; from the folder of this file.',
                examples: ['../bootloaders/card.config'],
              },
              firmware: fields(
                ['package', 'file'],
                {
                  package: ref('debianPackage', {
                    description: 'Debian package of it.',
                    examples: ['arm-trusted-firmware'],
                  }),
                  file: ref('relativePath', { description: 'Its file in the package.' }),
                },
                { description: 'Firmware of the secure world (BL31) that is packed with the boot loader.' },
              ),
            },
            { description: 'Sources of a boot loader that is built here; instead of `package`.' },
          ),
          file: ref('relativePath', {
            description: 'The boot loader’s file in the package, or in the folder that it is built in.',
          }),
          place: {
            title: 'a place',
            description:
              '`card`: written to the card. `firmware`: in the flash of the machine that QEMU plays.',
            type: 'string',
            enum: ['card', 'firmware'],
          },
          offset: ref('size', {
            description: 'Where on the card it begins; for `card` only.',
            examples: ['8 KiB'],
          }),
          environment: named(ref('environmentName'), ref('text', { description: 'Its value.' }), 100, {
            description: 'Environment of the boot loader, all of it; for `firmware` only.',
          }),
        },
        { description: 'What starts the kernel.' },
      ),
      console: fields(
        ['device', 'baud'],
        {
          device: {
            title: 'a console',
            description: 'Serial device by its name below /dev.',
            type: 'string',
            pattern: '^(tty(AMA|LP|MSM|mxc|O|PS|S|SAC|SC|STM|THS)?[0-9]{1,2}|hvc[0-7])$',
            patternErrorMessage: 'write a serial device without /dev/',
            examples: ['ttyS0'],
          },
          baud: {
            title: 'a speed',
            description: 'Bits a second.',
            type: 'integer',
            enum: [9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1500000],
            examples: [115200],
          },
        },
        { description: 'Where the kernel and init write.' },
      ),
      partitions: fields(
        ['boot', 'root', 'state', 'identity', 'data'],
        {
          boot: ref('size', { description: 'Kernel, initramfs and extlinux.conf; twice on a card.' }),
          root: ref('size', {
            description: 'Root file system with room for its verity tree; twice on a card.',
          }),
          state: ref('size', { description: 'Which slot is used, and how often it was tried.' }),
          identity: ref('size', { description: 'What makes a unit itself; written when it is burnt.' }),
          data: ref('size', { description: 'In the image; grows to the end of the card at first boot.' }),
        },
        { description: 'Sizes on the card, whole MiB. They are fixed for the life of a unit, but for data.' },
      ),
      budgets: fields(
        [],
        {
          kernel: ref('size', {
            description:
              'Kernel and device tree. Left out: 5 MB for a kernel built from source, no limit for a package’s.',
          }),
          initramfs: ref('size', { description: 'The packed initramfs. Left out: no limit.' }),
          bootloader: ref('size', {
            description: 'The boot loader, if it lies on the card. Left out: no limit.',
          }),
          rest: ref('size', {
            description:
              'All that is neither kernel, nor the daemon’s program with its runtime: boot loader, initramfs, the other files, tables, the verity tree.',
            default: '4 MiB',
          }),
        },
        {
          description:
            'What parts of an image may take on the card, packed as they are there. A larger one stops the build.',
        },
      ),
      watchdog: fields(
        ['device', 'timeout'],
        {
          device: {
            title: 'a watchdog',
            description: 'Its device.',
            type: 'string',
            pattern: '^/dev/watchdog[0-9]?$',
            patternErrorMessage: 'write the device that the kernel makes for it',
            examples: ['/dev/watchdog0'],
          },
          timeout: ref('duration', {
            description: 'So long unfed, and the hardware resets.',
            examples: ['15 s'],
          }),
        },
        { description: 'Left out: the board has none.' },
      ),
      lastWords: fields(
        ['address', 'size'],
        {
          address: ref('address', {
            description: 'Where it begins. Boot loaders load below and lie above.',
            examples: ['0x60000000'],
          }),
          size: ref('size', {
            description:
              'Half of it for words of a panic, a quarter for the last ones on the console, a quarter for the daemon’s.',
            examples: ['128 KiB'],
          }),
        },
        {
          description:
            'Memory that nothing else uses and a reset does not clear: what the kernel wrote at last is shown at the next boot. Left out: none is kept.',
        },
      ),
      powerButton: ref('switch', {
        description: 'Whether a power key arrives as an input event.',
        default: false,
      }),
      patience: {
        title: 'a factor',
        description:
          'So many times longer init waits for the daemon to start, to answer and to stop: for a board that is emulated, which may be many times slower than a real one.',
        type: 'integer',
        minimum: 1,
        maximum: 20,
        default: 1,
        examples: [5],
      },
      qemu: fields(
        ['machine', 'cpu', 'cores', 'disk', 'network'],
        {
          machine: {
            title: 'a QEMU machine',
            description: 'What QEMU calls -machine.',
            type: 'string',
            maxLength: 100,
            pattern: '^[a-z0-9][a-z0-9.-]*(,[a-z0-9-]+=[A-Za-z0-9.-]+)*$',
            patternErrorMessage: 'write its name, then ,property=value for each property',
            examples: ['virt'],
          },
          cpu: {
            title: 'a QEMU processor',
            description: 'What QEMU calls -cpu.',
            type: 'string',
            maxLength: 100,
            pattern: '^[a-z0-9][a-z0-9.-]*(,[a-z0-9-]+=[a-z0-9.-]+)*$',
            patternErrorMessage: 'write its name, then ,property=value for each property',
            examples: ['cortex-a53'],
          },
          cores: {
            title: 'a number of cores',
            description: 'Cores.',
            type: 'integer',
            minimum: 1,
            maximum: 16,
            examples: [4],
          },
          memory: ref('size', {
            description: 'Memory of the machine. Left out: that of the board.',
            examples: ['2 GiB'],
          }),
          disk: ref('qemuDevice', { description: 'Device that plays the card.' }),
          network: ref('qemuDevice', {
            description: 'Device that plays the network card.',
            examples: ['virtio-net-pci'],
          }),
          devices: list(ref('qemuDevice'), 32, {
            description: 'Further devices.',
            default: [],
            examples: [['i6300esb']],
          }),
        },
        { description: 'How QEMU plays the board. Left out: it cannot.' },
      ),
      openwrt: ref('openwrtDevice', {
        description: 'What a release of OpenWrt calls the board, for a router of that base.',
      }),
    },
    { title: 'A board', description: 'What an image must know about the hardware.' },
  ),
);
